import { expect, test } from "vitest";
import { believed, perplexity } from "../../src/prompt/score";
import type { ReadToken } from "../../src/protocol/generated";

const read = (logprob: number | null): ReadToken => ({
  id: 1,
  piece: new Uint8Array(),
  logprob,
  rank: logprob && 2,
  entropy: logprob && 3,
  top: [],
});

test("perplexity is the exponential of the mean surprisal of the tokens that have one", () => {
  expect(perplexity([read(null), read(Math.log(0.5)), read(Math.log(0.125))])).toBeCloseTo(4, 10);
  expect(perplexity([read(null)])).toBeNull();
});

test("a token of the prompt has the numbers of a token of the output", () => {
  expect(believed([read(null), read(-1)])).toEqual([
    { raw_logprob: null, raw_rank: null, raw_entropy: null },
    { raw_logprob: -1, raw_rank: 2, raw_entropy: 3 },
  ]);
});
