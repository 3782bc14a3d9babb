/** Guessing games, as far as a page computes something: an answer in the making, a text's tokens, how surprising it is. Pure. */

import type { Card, Game, RunSpec, SamplingParams, ScoredToken } from "../protocol/generated";
import type { Field } from "../settings/schema";

export type Pick = number | null;
export type Setting = NonNullable<Game["setting"]>;

export const MOST_BITS = 10; // of surprise: the full colour, as in the text of a run
export const FEWEST = 2;
export const MOST = 5; // texts
export const MOST_TOKENS = 120;
export const MOST_CHARACTERS = 600;

/** Values that a class can tell apart, for a start. */
export const FIRST_VALUES: Record<Setting, readonly number[]> = {
  temperature: [0.2, 1, 1.8],
  top_p: [0.1, 0.6, 1],
  top_k: [1, 5, 200],
  min_p: [0, 0.1, 0.5],
  repetition_penalty: [1, 1.3, 2],
  frequency_penalty: [0, 1, 2],
  presence_penalty: [-1, 0, 2],
};
export const SETTINGS = Object.keys(FIRST_VALUES) as Setting[];

/** What the text in a place is called. */
export const letter = (place: number): string => String.fromCharCode(65 + place);

/** `picks` with `value` given to `text`; the text that had it gets what this one had. */
export function assigned(picks: readonly Pick[], text: number, value: number): Pick[] {
  const before = picks[text] ?? null;
  return picks.map((pick, place) => (place === text ? value : pick === value ? before : pick));
}

/** `picks` as an answer; null where one is missing. Where one text and one value are left, they belong together. */
export function complete(picks: readonly Pick[]): number[] | null {
  const open = picks.flatMap((pick, place) => (pick === null ? [place] : []));
  if (open.length > 1) return null;
  const left = picks.findIndex((_, value) => !picks.includes(value));
  return picks.map((pick) => pick ?? left);
}

/** Whether somebody's `pick` is right about a text: texts that read the same are the same. */
export function isRight({ kind, cards }: { kind: Game["kind"]; cards: readonly Card[] }, place: number, pick: number): boolean {
  const text = cards[place]?.text;
  const made = kind === "match" ? cards.find(({ value }) => value === pick) : cards.find(({ by_model }) => by_model);
  return made?.text === text;
}

/** Tokens as they are shown: a character that several share stands with the last of them, and its bits are theirs together. */
export function spelt(tokens: readonly ScoredToken[]): { text: string; bits: number }[] {
  const decoder = new TextDecoder();
  let bits = 0;
  const parts = tokens.flatMap(({ piece, surprisal }) => {
    const text = decoder.decode(piece, { stream: true });
    bits += surprisal;
    if (text === "") return [];
    const part = { text, bits };
    bits = 0;
    return [part];
  });
  return parts.map((part, place) => (place ? part : { ...part, text: part.text.trimStart() }));
}

/** The end of a long beginning, which is what the texts go on from; of whole words where there are any. */
export function ending(prompt: string, most: number): string {
  if (prompt.length <= most) return prompt;
  const end = prompt.slice(-most);
  return `… ${end.slice(end.search(/\s/) + 1)}`;
}

/** 0 (expected) to 1 (surprising). */
export const heatOf = (bits: number): number => Math.min(1, Math.max(0, bits / MOST_BITS));

/** Whether the model's own text is the least surprising to it; null where that cannot be said. */
export function leastSurprising(cards: readonly Card[]): boolean | null {
  const own = cards.find(({ by_model }) => by_model)?.bits ?? null;
  const others = cards.filter(({ by_model }) => by_model === false).flatMap(({ bits }) => (bits === null ? [] : [bits]));
  return own === null || others.length === 0 ? null : others.every((bits) => own < bits);
}

const OTHERS = ["sampling", "penalties"]; // the groups of settings that change which token is drawn

/** `sampling` with everything neutral that changes which token is drawn: then one setting can be seen alone. */
export function alone(fields: readonly Field[], sampling: SamplingParams): SamplingParams {
  const neutral = fields.filter(({ group, neutral }) => OTHERS.includes(group) && neutral !== null);
  return { ...sampling, ...Object.fromEntries(neutral.map((field) => [field.name, field.neutral])) };
}

/** What a game asks of the model: what the page is set to, but this beginning, this long, and at its full speed. */
export function specFor(spec: RunSpec, prompt: string, tokens: number): RunSpec {
  const { model, sampling, watch } = spec;
  return { model, prompt, sampling: { ...sampling, max_tokens: tokens, min_tokens: 0 }, watch };
}
