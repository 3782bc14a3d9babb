import { sum } from "d3-array";
import { describe, expect, it } from "vitest";
import { endOf, shares, spansOf, stepShares, type Span } from "../../../src/inspector/timing/spans";
import type { Prefilled, Started, Token } from "../../../src/protocol/generated";
import { ONE } from "../../../src/store/several";
import { events, tokens as recorded } from "../../recording";

const started = { queue_ms: 10, tokenize_ms: 2 } as Started;
const prefilled = { chunks: [16, 4], ms: 20, chunk_ms: [9, 5], chunk_t_ms: [22, 32] } as Prefilled;
const token = (step: number, t_ms: number, forward_ms = 5, sample_ms = 1) => ({ step, t_ms, forward_ms, sample_ms }) as Token;
const said = (spans: Span[]) => spans.map(({ kind, from, to, step }) => `${kind} ${from}-${to}${step < 0 ? "" : ` #${step}`}`);
const of = (tokens: Token[], several = ONE) => spansOf({ started, prefilled, tokens, several });

describe("the spans of a run", () => {
  it("tell queue, tokenising, every pass over the prompt, and of each step the pass, the draw and what lies between", () => {
    expect(said(of([token(0, 34), token(1, 42)]))).toEqual([
      "queue 0-10",
      "tokenize 10-12",
      "wait 12-13",
      "forward 13-22",
      "wait 22-27",
      "forward 27-32",
      "wait 32-33 #0",
      "sample 33-34 #0",
      "wait 34-36 #1",
      "forward 36-41 #1",
      "sample 41-42 #1",
    ]);
  });

  it("count a pass once that several tokens came of", () => {
    expect(said(of([token(0, 34), token(1, 42), token(2, 42.5), token(3, 44)])).slice(-5)).toEqual([
      "forward 36-41 #1",
      "sample 41-42 #1",
      "sample 42-42.5 #2",
      "forward 42.5-43 #3",
      "sample 43-44 #3",
    ]);
  });

  it("leave no hole and never overlap, in a run as it was recorded", () => {
    const run = {
      started: events.find(({ type }) => type === "started") as Started,
      prefilled: events.find(({ type }) => type === "prefilled") as Prefilled,
      tokens: recorded,
      several: ONE,
    };
    const spans = spansOf(run);
    spans.forEach(({ from, to }, k) => {
      expect(from).toBe(spans[k - 1]?.to ?? 0);
      expect(to).toBeGreaterThan(from);
    });
    expect(endOf(spans)).toBe(recorded.at(-1)?.t_ms);
    expect(sum(shares(spans), ({ ms }) => ms)).toBeCloseTo(endOf(spans), 6);
  });

  it("leave out the tokens that the run began with, which another run took", () => {
    const given = [token(0, 900), token(1, 950)];
    const spans = of([...given, token(2, 34), token(3, 42)], { ...ONE, given });
    expect(endOf(spans)).toBe(42);
    expect(stepShares(spans, 1)).toEqual({ forward: 0, sample: 0, wait: 0 });
    expect(stepShares(spans, 3)).toEqual({ forward: 5, sample: 1, wait: 2 });
  });

  it("are one search up to tokens that come together at the end", () => {
    const several = { ...ONE, hypotheses: [{}] as unknown as typeof ONE.hypotheses };
    expect(said(of([token(0, 90, 0, 0), token(1, 90, 0, 0)], several)).slice(-1)).toEqual(["search 32-90 #0"]);
  });

  it("are none before a run has begun", () => {
    expect(spansOf({ started: null, prefilled: null, tokens: [], several: ONE })).toEqual([]);
  });
});

describe("where the time went", () => {
  it("is told by phase up to the steps, then by what these consist of, and adds up", () => {
    const found = shares(of([token(0, 34), token(1, 42)]));
    expect(Object.fromEntries(found.map(({ name, ms }) => [name, ms]))).toEqual({
      queue: 10,
      tokenize: 2,
      prefill: 20,
      forward: 5,
      sample: 2,
      wait: 3,
    });
  });
});
