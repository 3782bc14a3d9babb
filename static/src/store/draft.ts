/** What the person has set up and not yet run: prompt, model, settings, speed. Kept over a reload of the page, not over a visit. */

import { computed, effect, signal } from "@preact/signals";
import type { Lane } from "../socket/lane";
import { type Boot, type Message, readBoot } from "../boot";
import type { RunSpec, SamplingParams, Watch } from "../protocol/generated";
import { equal, fieldNamed, fieldsOf, problems, type Field, type Values } from "../settings/schema";
import { loadFor, storeFor } from "./storage";
import { lane } from "./view";
import { forgetFormerAccount } from "./whose";

export type Mode = "complete" | "chat";

export interface Draft {
  model: string;
  mode: Mode;
  prompt: string; // to complete
  messages: Message[]; // to answer
  sampling: Values;
  watch: Required<Watch>;
  speed: number | null; // tokens per second; null: as fast as it goes
}

export const boot: Boot = readBoot();
forgetFormerAccount(boot.account?.name ?? null, sessionStorage);
export const fields: Field[] = fieldsOf(boot.schema);
const PRESET_GROUPS = ["sampling", "penalties"]; // a preset leaves length, stopping and the seed alone

const first = boot.models.find((model) => model.default) ?? boot.models[0];
const example = (): Draft => ({
  model: first?.name ?? "",
  mode: "complete",
  prompt: boot.example.prompt,
  messages: boot.starters.find(({ language, messages }) => language === boot.language && messages.length)?.messages ?? [],
  sampling: {
    ...Object.fromEntries(fields.map(({ name, initial }) => [name, initial])),
    ...boot.example.sampling,
    ...first?.defaults,
  } as Values,
  watch: { top_n: 20, pinned: [], attention: "mean", heads: [], ...boot.example.watch },
  speed: boot.example.max_tokens_per_second,
});

const KEY = `draft:${boot.version}`;
const stored = loadFor<Draft>(sessionStorage, KEY);
export const draft = signal<Draft>(stored ? restored(stored) : example());
// An untouched example is not kept, so that it comes back in the reader's language when that changes.
effect(() => storeFor(sessionStorage, KEY, equal(draft.value, example()) ? null : draft.value));

/** Whether nothing has been changed since the page was opened first. */
export const isExample = (of: Draft): boolean => equal(of, example());

/** What the server said about a field; forgotten when the field is touched. */
export const refusals = signal<Record<string, string>>({});
export const faults = computed<Record<string, string>>(() => ({ ...refusals.value, ...problems(fields, draft.value.sampling) }));
const modelNamed = (wanted: string) => boot.models.find(({ name }) => name === wanted) ?? null;
export const model = computed(() => modelNamed(draft.value.model));

/** A model without a chat template only completes, whatever was chosen for another one. */
export const modeOf = ({ mode, model }: Draft): Mode => (modelNamed(model)?.chat ? mode : "complete");
export const mode = computed(() => modeOf(draft.value));

/** What each run was asked for. */
export const drafts = new WeakMap<Lane, Draft>();
/** What the run on the screen was asked for; null where another page asked for it. */
export const asked = computed(() => (lane.value && drafts.get(lane.value)) ?? null);

/** The field of the page that an error's path names: however the prompt was sent, it was typed in one place. */
export function placeOf(path: string | null): string | null {
  const place = fieldNamed(path, [...fields.map(({ name }) => name), "prompt", "model", "prompt_token_ids", "messages"]);
  return place === "prompt_token_ids" || place === "messages" ? "prompt" : place;
}

export function change(part: Partial<Draft>): void {
  const defaults = part.model === undefined ? {} : modelNamed(part.model)?.defaults;
  draft.value = { ...draft.value, sampling: { ...draft.value.sampling, ...defaults } as Values, ...part };
  forget(Object.keys({ ...part, ...defaults }));
}

export function changeSampling(part: Values): void {
  draft.value = { ...draft.value, sampling: { ...draft.value.sampling, ...part } };
  forget(Object.keys(part));
}

function forget(names: string[]): void {
  if (names.some((name) => name in refusals.value))
    refusals.value = Object.fromEntries(Object.entries(refusals.value).filter(([name]) => !names.includes(name)));
}

const presetFields = fields.filter(({ group }) => PRESET_GROUPS.includes(group));

/** The settings that a preset decides. */
export const partOf = (preset: SamplingParams): Values =>
  Object.fromEntries(presetFields.map(({ name }) => [name, (preset as Values)[name]]));

export const applyPreset = (preset: SamplingParams): void => changeSampling(partOf(preset));

/** The name of the preset that `values` follow, or null. */
export const presetOf = (values: Values): string | null => presetFollowed(boot.presets, values)?.name ?? null;

/** The first of `presets` that `values` follow. */
export const presetFollowed = <P extends { sampling: SamplingParams }>(presets: readonly P[], values: Values): P | undefined =>
  presets.find(({ sampling }) => Object.entries(partOf(sampling)).every(([name, value]) => equal(value, values[name])));

export const startOver = (): void => {
  draft.value = example();
  refusals.value = {};
};

/** The run that the draft asks for. A conversation is sent as the ids that its template makes of it. */
export function specOf({ model, prompt, sampling, watch, speed }: Draft, ids: number[] | null): RunSpec {
  const text = ids ? { prompt_token_ids: ids } : { prompt };
  return { model, ...text, sampling: sampling as SamplingParams, watch, max_tokens_per_second: speed };
}

/** A draft that was stored, with what has been added to drafts since. */
export function restored(stored: Draft): Draft {
  const plain = example();
  return { ...plain, ...stored, sampling: { ...plain.sampling, ...stored.sampling }, watch: { ...plain.watch, ...stored.watch } };
}
