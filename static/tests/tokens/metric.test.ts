import { expect, it } from "vitest";
import { metrics } from "../../src/tokens/metric";
import { tokens } from "../recording";

it("every metric stays between 0 and 1", () => {
  for (const { of } of Object.values(metrics()))
    for (const token of tokens) {
      expect(of(token)).toBeGreaterThanOrEqual(0);
      expect(of(token)).toBeLessThanOrEqual(1);
    }
});

it("a certain token has no colour, and one that was decoded without a trace has none to show", () => {
  const [token] = tokens;
  if (!token) throw new Error("the recording is empty");
  const { probability, surprisal, rank } = metrics();
  expect(probability.of({ ...token, raw_logprob: 0 })).toBe(0);
  expect(surprisal.of({ ...token, raw_logprob: 0 })).toBeCloseTo(0);
  expect(rank.of({ ...token, raw_rank: 1 })).toBe(0);
  expect(surprisal.of({ ...token, raw_logprob: null })).toBeNull();
});
