/** What a snippet has to say: the model, the prompt and the settings that are not off. Pure. */

import type { Message, ModelChoice } from "../boot";
import type { Draft } from "../store/draft";
import { equal, type Field, type Values } from "../settings/schema";

export interface Wanted {
  origin: string; // of this site
  name: string; // of the model on this site
  address: string;
  revision: string | null;
  dtype: string;
  context: number | null;
  prompt: string;
  messages: Message[] | null; // instead of the prompt
  values: Values; // every setting
  active: string[]; // names of those that do something, without seed, order and dialect
  seed: number | null;
  eos: number[];
  begun: Begun | null; // with what the output begins, where that is with something
}

/** The tokens of the prompt and those that the output begins with. */
export interface Begun {
  promptIds: readonly number[];
  ids: readonly number[];
  text: string | null; // of the output; null where its bytes are none
}

/** How many tokens are still to be chosen. */
export const newTokens = ({ values, begun }: Wanted): number => Math.max(1, Number(values.max_tokens) - (begun?.ids.length ?? 0));
export const fewestNew = (least: number, { begun }: Wanted): number => Math.max(0, least - (begun?.ids.length ?? 0));
export const allIds = ({ promptIds, ids }: Begun): number[] => [...promptIds, ...ids];

/** Settings that mean something only together with another. */
const WITH: [RegExp, string][] = [
  [/^dynatemp_exponent$/, "dynatemp_range"],
  [/^smoothing_curve$/, "smoothing_factor"],
  [/^mirostat_(tau|eta)$/, "mirostat_mode"],
  [/^xtc_threshold$/, "xtc_probability"],
  [/^dry_(base|allowed_length|penalty_last_n|sequence_breakers)$/, "dry_multiplier"],
  [/^(length_penalty|early_stopping|num_beam_groups|diversity_penalty)$/, "num_beams"],
  [/^(num_speculative_tokens|max_matching_ngram_size)$/, "speculative"],
  [/^negative_prompt$/, "guidance_scale"],
];
const APART = ["seed", "stage_order", "dialect", "max_tokens"]; // said otherwise
const CHOOSING = ["sampling"]; // what greedy decoding has no use for

export function activeNames(fields: readonly Field[], values: Values): string[] {
  const on = (name: string): boolean => {
    const field = fields.find((each) => each.name === name);
    return field !== undefined && !equal(values[name], field.neutral ?? field.initial);
  };
  const leads = (name: string): boolean => WITH.every(([pattern, lead]) => !pattern.test(name) || on(lead));
  const greedy = values.temperature === 0;
  return fields
    .filter(({ name, group }) => !APART.includes(name) && !(greedy && CHOOSING.includes(group)) && on(name) && leads(name))
    .map(({ name }) => name);
}

interface Known {
  origin: string;
  fields: readonly Field[];
  model: ModelChoice | null;
  dtype: string;
  seed: number | null;
  eos: number[];
  begun: Begun | null;
}

export function wantedOf(draft: Draft, chat: boolean, { origin, fields, model, dtype, seed, eos, begun }: Known): Wanted {
  const { sampling: values, prompt, messages } = draft;
  return {
    origin,
    name: model?.name ?? draft.model,
    address: model?.address ?? draft.model,
    revision: model?.revision ?? null,
    context: model?.context ?? null,
    dtype,
    prompt,
    messages: chat ? messages : null,
    values,
    active: activeNames(fields, values),
    seed: seed ?? (values.seed as number | null),
    eos,
    begun,
  };
}

/** How an engine says a setting, by the setting's name; a setting that is not there cannot be said. */
export type Table = Record<string, (value: never, wanted: Wanted) => string[]>;

/** The arguments of all active settings that `table` knows, and the names of the others. */
export function said(table: Table, wanted: Wanted): { lines: string[]; unsaid: string[] } {
  const known = wanted.active.filter((name) => name in table);
  const lines = known.flatMap((name) => table[name]?.(wanted.values[name] as never, wanted) ?? []);
  return { lines, unsaid: wanted.active.filter((name) => !(name in table)) };
}

/** A comment line for each setting that the engine cannot express. */
export const cannot = (engine: string, { values }: Wanted, unsaid: string[]): string[] =>
  unsaid.map((name) => `# ${engine} cannot express: ${name} = ${JSON.stringify(values[name])}`);

/** What other engines see of an output that had begun. */
export const ofBegun = ({ begun }: Wanted): string[] =>
  begun ? [`# The output begins with ${begun.ids.length} tokens, which this engine takes for the end of the prompt.`] : [];

/** Where chance decides, the same seed gives other tokens elsewhere. */
export const ofChance = ({ values }: Wanted): string[] =>
  values.temperature === 0 || Number(values.num_beams ?? 1) > 1
    ? []
    : ["# The dice are others: with the same seed the tokens differ from Logitscope's."];
