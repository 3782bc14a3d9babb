import { expect, test } from "vitest";
import { joined, NOTHING, stepsOf, type Distances } from "../../src/compare/distances";

const some = (...kl: number[]): Distances => ({
  kl: Float32Array.from(kl),
  reverse_kl: Float32Array.from(kl, (value) => 2 * value),
  js: Float32Array.from(kl, (value) => value / 2),
  overlap: Float32Array.from(kl, () => 1),
});

test("nothing is known of no step", () => {
  expect(stepsOf(NOTHING)).toBe(0);
});

test("pieces follow one another in every measure", () => {
  const all = joined(joined(NOTHING, some(1, Infinity)), some(3));
  expect(all).toEqual(some(1, Infinity, 3));
  expect(stepsOf(all)).toBe(3);
});
