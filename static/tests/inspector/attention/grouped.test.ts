import { sum } from "d3-array";
import { expect, test } from "vitest";
import { wordRow } from "../../../src/inspector/attention/grouped";
import type { AttentionRow } from "../../../src/store/attention";

// Four tokens in three words: [0], [1, 2], [3].
const words = [
  { from: 0, to: 1 },
  { from: 1, to: 3 },
  { from: 3, to: 4 },
];
const rows = [[1], [0.25, 0.75], [0.5, 0.1, 0.4], [0.1, 0.2, 0.3, 0.4]];
const line = (position: number): AttentionRow => ({ weights: Float32Array.from(rows[position] ?? []), scale: 1 });
const of = (word: number, given = line as (position: number) => AttentionRow | null) =>
  Array.from(wordRow(words[word] ?? { from: 0, to: 0 }, words, given)?.weights ?? []);

test("a word's row is the mean of its tokens' rows, its column the sum of its tokens' columns", () => {
  expect(of(0)).toEqual([1]);
  const [before, own] = of(1);
  expect(before).toBeCloseTo((0.25 + 0.5) / 2, 6);
  expect(own).toBeCloseTo((0.75 + 0.1 + 0.4) / 2, 6);
  [0.1, 0.5, 0.4].forEach((weight, k) => expect(of(2)[k]).toBeCloseTo(weight, 6));
});

test("rows of words add up to 1 as those of tokens do", () => {
  for (const word of [0, 1, 2]) expect(sum(of(word))).toBeCloseTo(1, 6);
});

test("what is not known of a word is left out of the mean", () => {
  const known = (position: number) => (position === 1 ? null : line(position));
  expect(of(1, known).map((weight) => Number(weight.toFixed(6)))).toEqual([0.5, 0.5]);
  expect(wordRow({ from: 0, to: 1 }, words, () => null)).toBeNull();
});
