/** Rows of tokens as rows of words: the mean over the tokens that look, the sum over those that are looked at. Pure. */

import { averaged, dense, type AttentionRow } from "../../store/attention";
import type { Word } from "../../tokens/words";

/** What each of `words` gets of one row. A word that has only begun gets what there is of it. */
export function summed(row: Float32Array, words: readonly Word[]): Float32Array {
  return Float32Array.from(words, ({ from, to }) => {
    let sum = 0;
    for (let c = from; c < Math.min(to, row.length); c++) sum += row[c] ?? 0;
    return sum;
  });
}

/** The row of `word`: the mean of those rows of its tokens that there are, null where there is none. */
export function wordRow(word: Word, words: readonly Word[], line: (position: number) => AttentionRow | null): AttentionRow | null {
  const rows = Array.from({ length: word.to - word.from }, (_, k) => line(word.from + k)).filter((row) => row !== null);
  if (rows.length === 0) return null;
  const upTo = words.findIndex(({ from }) => from === word.from) + 1;
  return { weights: summed(averaged(rows.map(dense)), words.slice(0, upTo)), scale: 1 };
}
