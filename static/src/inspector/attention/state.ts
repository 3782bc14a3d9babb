/** What the attention panel looks at: which heads there are, which is shown, and its rows as they are wanted: masked, by words. */

import { computed, signal } from "@preact/signals";
import { dense, headsOf, MEAN, ROLLOUT, rowOf, sameHead, withoutFirst, type AttentionRow, type Head } from "../../store/attention";
import { kept } from "../../store/kept";
import { isLive } from "../../store/run";
import { head, hideFirst, promptLength, run, shownTokens, step, token } from "../../store/view";
import { words, type Word } from "../../tokens/words";
import { arrivals, askedRow } from "./asked";
import { wordRow } from "./grouped";

/** Whether the rows of the prompt are shown too, as the whole square. */
export const whole = kept("attentionWhole", false);
/** Whether tokens are gathered to words. */
export const byWords = kept("attentionWords", false);

/** Heads that were watched at the selected step, or at the newest with any. The same object as long as they are the same heads. */
const named = computed(() => {
  const attention = token.value?.attention ?? shownTokens.value.findLast((other) => other.attention)?.attention;
  return JSON.stringify(attention ? headsOf(attention) : []);
});
export const watched = computed(() => JSON.parse(named.value) as Head[]);

export const onlyMean = computed(() => watched.value.every(({ head }) => head === MEAN));
export const layers = computed(() => [...new Set(watched.value.map(({ layer }) => layer))].sort((a, b) => a - b));
export const columns = computed(() => [...new Set(watched.value.map(({ head }) => head))].sort((a, b) => a - b));

/** The head that the pointer rests on, while none is held. */
export const pointed = signal<Head | null>(null);
/** Whether the chosen head stays when the pointer comes by others. */
export const held = signal(false);

/** The chosen head, or the nearest that is watched. What is made of all layers needs none. */
export const shownHead = computed<Head>(() => {
  const wanted = pointed.value ?? head.value;
  if (wanted.layer < 0) return wanted;
  const found = watched.value.find((other) => sameHead(other, wanted));
  return found ?? watched.value.find((other) => other.layer === wanted.layer) ?? watched.value[0] ?? wanted;
});

/** Chooses `wanted` and holds it; chosen again, it is let go. */
export function hold(wanted: Head): void {
  held.value = !(held.value && sameHead(head.value, wanted));
  pointed.value = null;
  head.value = wanted;
}

/** The bytes at a position of prompt and output. */
export const pieceAt = (position: number): Uint8Array =>
  run.value.started?.prompt_pieces[position] ?? run.value.tokens[position - promptLength.value]?.piece ?? new Uint8Array();

/** Whether the text may still grow; unlike the run, it does not change with every token. */
export const live = computed(() => isLive(run.value));
export const runId = computed(() => run.value.id);

export const isEncoderDecoder = computed(() => run.value.model?.encoder_decoder ?? false);

/** Where the parts of a row begin: a decoder's own tokens come after those that its encoder read. */
export const starts = computed(() => {
  const { model, started } = run.value;
  return model?.encoder_decoder && started ? [0, started.prompt_ids.length - (model.decoder_prefix ?? 1)] : [0];
});

/** Positions that have looked back so far, the prompt's among them. The last token has yet to be read. */
export const positions = computed(() => Math.max(0, promptLength.value + shownTokens.value.length - 1));
/** The position whose row chose the first token. */
export const firstRow = computed(() => Math.max(0, promptLength.value - 1));

/** The row of `head` at a position as it came: with an event, or asked for. */
export function plainRow(wanted: Head, position: number): AttentionRow | null {
  const { tokens } = run.peek();
  const chosen = wanted.layer === ROLLOUT ? undefined : tokens[position - firstRow.peek()];
  return (chosen && rowOf(chosen, wanted)) ?? askedRow(wanted, position);
}

/** The same without the first token where that is hidden. */
export function shownRow(wanted: Head, position: number): AttentionRow | null {
  const row = plainRow(wanted, position);
  return row && hideFirst.peek() ? withoutFirst(row, starts.peek()) : row;
}

/** What an axis counts: tokens, or words. */
export interface Unit extends Word {
  pieces: Uint8Array[];
}

const grouped = computed<Word[]>(() => {
  if (!byWords.value) return [];
  void shownTokens.value;
  const last = positions.value;
  const all = Array.from({ length: last + 1 }, (_, position) => pieceAt(position));
  return words(all).flatMap(({ from, to }) => (from < last ? [{ from, to: Math.min(to, last) }] : []));
});
/** Words on the axes; null: tokens. */
export const axisWords = computed(() => (byWords.value ? grouped.value : null));

export const unitCount = computed(() => axisWords.value?.length ?? positions.value);
export const unitAt = (n: number): Word => axisWords.value?.[n] ?? { from: n, to: n + 1 };
export const pieceOf = ({ from, to }: Word): Uint8Array =>
  Uint8Array.from(Array.from({ length: to - from }, (_, k) => [...pieceAt(from + k)]).flat());

/** The unit that `position` is in. */
export function unitOf(position: number): number {
  const all = axisWords.value;
  return all ? all.findIndex(({ from, to }) => from <= position && position < to) : position;
}

/** Row `n` of the shown head as it is drawn: a token's, or the mean of a word's. */
export function unitRow(n: number): AttentionRow | null {
  const [all, wanted] = [axisWords.peek(), shownHead.peek()];
  const word = all?.[n];
  if (!all) return shownRow(wanted, n);
  return word ? wordRow(word, all, (position) => shownRow(wanted, position)) : null;
}

/** The position that looked back when the selected token was chosen. */
export const looking = computed(() => firstRow.value + step.value);

const source = computed(() => `${run.value.id} ${run.value.epoch} ${run.value.several.shown}`);

/** Everything that rows depend on, besides how many there are. */
export const manner = computed(() => {
  const { layer, head } = shownHead.value;
  return [source.value, layer, head, hideFirst.value, byWords.value, arrivals.value].join(" ");
});

/** The selected row over the units; null where it was not watched. */
export const selectedRow = computed<Float32Array | null>(() => {
  void [manner.value, shownTokens.value];
  const row = unitRow(unitOf(looking.value));
  return row && dense(row);
});

/** The selected row over the positions of the text, each token with the weight of its word. */
export const textRow = computed<Float32Array | null>(() => {
  const [row, all] = [selectedRow.value, axisWords.value];
  if (!row || !all) return row;
  const spread = new Float32Array(positions.value);
  all.forEach(({ from, to }, n) => spread.fill(row[n] ?? 0, from, to));
  return spread;
});
