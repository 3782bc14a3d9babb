/** Rows of attention that no event has brought: of the prompt, of rollout, of heads that nobody watched. Asked once, a few heads kept. */

import { effect, signal } from "@preact/signals";
import { Refusal, sentence } from "../../errors";
import { gettext } from "../../i18n";
import { values } from "../../protocol/codec";
import type { AttentionMaps } from "../../protocol/generated";
import { inquire } from "../../session";
import { keyOf, type AttentionRow, type Head } from "../../store/attention";
import { run } from "../../store/view";

const KEPT = 6; // heads; one of a text of 2,048 tokens takes 4 MiB
const MOST = 8 * 1024 * 1024; // bytes of one answer

/** Raised when rows arrive: what was drawn of that head is out of date. */
export const arrivals = signal(0);
export const asking = signal(false);
export const refusal = signal<string | null>(null);

const heads = new Map<string, Map<number, AttentionRow>>(); // rows by position, of the heads asked for last
let about = "";
const subject = (): string => `${run.value.id} ${run.value.epoch} ${run.value.several.shown}`;

/** Another run or sample has other rows. */
effect(() => {
  if (subject() === about) return;
  about = subject();
  forget();
});

function forget(): void {
  heads.clear();
  refusal.value = null;
}

export const askedRow = (head: Head, position: number): AttentionRow | null => heads.get(keyOf(head))?.get(position) ?? null;

export const tryAgain = (): void => {
  refusal.value = null;
};

/** Asks for the rows of `head` at the positions from `first` up to, not including, `last`; one question at a time. */
export async function want(head: Head, first: number, last: number): Promise<void> {
  if (asking.peek() || refusal.peek() || first >= last) return;
  asking.value = true;
  const asked = about;
  try {
    const step = Math.max(1, Math.floor(MOST / last));
    for (let from = first; from < last && asked === about; from += step)
      take(asked, head, await ask(head, from, Math.min(last, from + step)));
  } catch (error) {
    if (asked === about)
      refusal.value = error instanceof Refusal && error.errors[0] ? sentence(error.errors[0]) : gettext("No answer came.");
  }
  asking.value = false;
}

const ask = async ({ layer, head }: Head, first: number, last: number): Promise<AttentionMaps> =>
  (await inquire({ type: "attention", maps: [[layer, head]], first, last })) as AttentionMaps;

function take(asked: string, head: Head, answer: AttentionMaps): void {
  if (asked !== about) return;
  const key = keyOf(head);
  const known = heads.get(key) ?? new Map<number, AttentionRow>();
  heads.delete(key); // the newest is last
  heads.set(key, known);
  rowsOf(answer).forEach((row, n) => known.set(answer.first + n, row));
  const [oldest] = heads.keys();
  if (heads.size > KEPT && oldest !== undefined) heads.delete(oldest);
  arrivals.value += 1;
}

/** The rows of the only map, each as long as its position allows. */
function rowsOf({ values: block, scale, first }: AttentionMaps): AttentionRow[] {
  const [, rows = 0, columns = 0] = block.shape;
  const scales = values(scale);
  return Array.from({ length: rows }, (_, n) => ({
    weights: block.data.subarray(n * columns, n * columns + Math.min(columns, first + n + 1)),
    scale: scales[n] ?? 0,
  }));
}
