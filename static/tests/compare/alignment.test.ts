import { describe, expect, it } from "vitest";
import { firstDifference, meanOf, newestStep, perplexity } from "../../src/compare/alignment";
import type { ModelInfo, Token } from "../../src/protocol/generated";
import { EMPTY, type Phase, type RunState } from "../../src/store/run";
import { tokens } from "../recording";

const sized = (vocab_size: number) => ({ vocab_size }) as ModelInfo;

/** A run that has said `ids`, each with a piece of its own. */
const run = (ids: number[], phase: Phase = "finished", vocabulary = 512): RunState => ({
  ...EMPTY,
  phase,
  model: sized(vocabulary),
  tokens: ids.map((id, step) => ({ ...(tokens[0] as Token), id, step, piece: new TextEncoder().encode(`t${id}`) })),
});

const plain = (a: number[], b: number[]): number => a.findIndex((id, step) => id !== b[step]);

describe("the first difference", () => {
  it("is where a plain comparison of the token ids finds it", () => {
    const [a, b] = [
      [1, 2, 3, 4],
      [1, 2, 9, 4],
    ];
    expect(firstDifference(run(a), run(b))).toBe(plain(a, b));
  });

  it("is nowhere in equal texts", () => {
    expect(firstDifference(run([1, 2]), run([1, 2]))).toBeNull();
  });

  it("is where one text has ended and the other goes on", () => {
    expect(firstDifference(run([1, 2]), run([1, 2, 3]))).toBe(2);
    expect(firstDifference(run([1, 2, 3]), run([1, 2]))).toBe(2);
  });

  it("is not known yet where the shorter one still runs", () => {
    expect(firstDifference(run([1, 2], "running"), run([1, 2, 3]))).toBeNull();
    expect(firstDifference(run([1, 2, 3]), run([1, 2], "running"))).toBeNull();
    expect(firstDifference(run([], "running"), run([]))).toBeNull();
  });

  it("goes by the bytes where the vocabularies differ", () => {
    const other = run([7, 8], "finished", 320);
    const same: RunState = {
      ...other,
      tokens: other.tokens.map((token, k) => ({ ...token, piece: new TextEncoder().encode(`t${k + 1}`) })),
    };
    expect(firstDifference(run([1, 2]), same)).toBeNull();
    expect(firstDifference(run([1, 2]), other)).toBe(0);
  });
});

describe("the perplexity", () => {
  it("is the plain formula over the model's own log-probabilities", () => {
    const mean = tokens.reduce((sum, { raw_logprob }) => sum + (raw_logprob ?? NaN), 0) / tokens.length;
    expect(perplexity(tokens)).toBeCloseTo(Math.exp(-mean), 10);
  });

  it("is not given where a token was not measured, or there is none", () => {
    expect(perplexity([...tokens, { ...(tokens[0] as Token), raw_logprob: null }])).toBeNull();
    expect(perplexity([])).toBeNull();
  });
});

describe("the newest step", () => {
  it("is one that every lane which goes on has reached", () => {
    expect(newestStep([run([1, 2, 3], "running"), run([1, 2], "running"), run([1])])).toBe(1);
  });

  it("waits for no lane that has said nothing yet", () => {
    expect(newestStep([run([1, 2], "running"), run([], "prefill")])).toBe(1);
  });

  it("is the last of all when all have ended", () => {
    expect(newestStep([run([1, 2, 3]), run([1])])).toBe(2);
    expect(newestStep([])).toBe(-1);
  });
});

it("leaves infinite steps out of a mean, and counts them", () => {
  expect(meanOf([1, Infinity, 3])).toEqual({ mean: 2, infinite: 1 });
  expect(meanOf([Infinity])).toEqual({ mean: null, infinite: 1 });
});
