import { describe, expect, it } from "vitest";
import { costs, wayOf } from "../../../src/inspector/timing/ratios";
import type { Block, WatchingCost } from "../../../src/protocol/generated";

const block = (rows: number[][]): Block => ({
  dtype: "f4",
  shape: [rows.length, rows[0]?.length ?? 0],
  data: new Uint8Array(Float32Array.from(rows.flat()).buffer),
});
const measured = (forward: number[][], sample: number[][]): WatchingCost => ({
  type: "watching_cost",
  forward: block(forward),
  sample: block(sample),
  top_n: 20,
  positions: 40,
});

describe("the cost of watching", () => {
  it("is the ratio of medians, so that one slow step says nothing", () => {
    const forward = [
      [3, 4, 6],
      [3, 400, 6],
      [300, 4, 6],
    ];
    const sample = [
      [1, 2],
      [1, 2],
      [900, 2],
    ];
    expect(costs(measured(forward, sample))).toEqual([
      { way: "nobody", forwardMs: 3, sampleMs: 1, ratio: 1 },
      { way: "trace", forwardMs: 3, sampleMs: 2, ratio: 1.25 },
      { way: "mean", forwardMs: 4, sampleMs: 2, ratio: 1.5 },
      { way: "all", forwardMs: 6, sampleMs: 2, ratio: 2 },
    ]);
  });

  it("says nothing of attention where the model's cannot be watched", () => {
    expect(costs(measured([[3]], [[1, 2]])).map(({ way }) => way)).toEqual(["nobody", "trace"]);
  });

  it("knows how a run is watched", () => {
    const watch = { top_n: 20, pinned: [], attention: "off" as const, heads: [] };
    expect(wayOf(watch)).toBe("trace");
    expect(wayOf({ ...watch, top_n: 0 })).toBe("nobody");
    expect(wayOf({ ...watch, heads: [[0, 1]] })).toBe("mean");
    expect(wayOf({ ...watch, attention: "all" })).toBe("all");
  });
});
