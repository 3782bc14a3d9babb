import { sum } from "d3-array";
import { describe, expect, it } from "vitest";
import { ALL_LAYERS, headsOf, MEAN, rowOf, strongest, weights, withoutFirst } from "../../src/store/attention";
import { tokens } from "../recording";

const token = tokens[12];
if (!token?.attention) throw new Error("the recording has no attention");
const heads = headsOf(token.attention);
const row = rowOf(token, { layer: 2, head: 1 });
if (!row) throw new Error("no such head");

describe("attention", () => {
  it("carries the mean and every head of every layer", () => {
    expect(heads).toHaveLength(4 * 5);
    expect(heads[0]).toEqual({ layer: 0, head: MEAN });
  });

  it("has rows that add up to 1 over all earlier positions", () => {
    for (const head of heads) expect(sum(weights(rowOf(token, head) ?? row, false))).toBeCloseTo(1, 4);
    expect(row.weights).toHaveLength(7 + 12);
  });

  it("adds up to 1 without the first position too", () => {
    const rest = weights(row, true);
    expect(rest[0]).toBe(0);
    expect(sum(rest)).toBeCloseTo(1, 4);
  });

  it("has no row for a head that was not watched", () => {
    expect(rowOf(token, { layer: 9, head: 0 })).toBeNull();
    expect(rowOf({ ...token, attention: null }, { layer: 0, head: MEAN })).toBeNull();
  });

  it("has as the mean of all layers the mean of their means", () => {
    const means = [0, 1, 2, 3].map((layer) => weights(rowOf(token, { layer, head: MEAN }) ?? row, false));
    const all = weights(rowOf(token, { layer: ALL_LAYERS, head: MEAN }) ?? row, false);
    expect(all).toHaveLength(7 + 12);
    all.forEach((weight, c) => expect(weight).toBeCloseTo(sum(means, (mean) => mean[c] ?? 0) / 4, 6));
  });

  it("leaves the first position out of each part of an encoder-decoder's row", () => {
    const both = { weights: Float32Array.of(0.5, 0.2, 0.3, 0.75, 0.25), scale: 1 };
    Array.from(weights(both, true, [0, 3])).forEach((weight, c) => expect(weight).toBeCloseTo([0, 0.4, 0.6, 0, 1][c] ?? 0, 6));
    expect(both.weights[0]).toBe(0.5);
  });

  it("has nothing left of a row that is all first token", () => {
    expect(sum(weights({ weights: Uint8Array.of(254, 0), scale: 1 / 254 }, true))).toBe(0);
    expect(withoutFirst({ weights: Uint8Array.of(254), scale: 1 / 254 }, [0]).weights[0]).toBe(254);
  });

  it("names the strongest positions, strongest first", () => {
    expect(strongest(Float32Array.of(0.1, 0.6, 0, 0.3), 3)).toEqual([1, 3, 0]);
    expect(strongest(Float32Array.of(0.1, 0.6, 0, 0.3), 2)).toEqual([1, 3]);
    expect(strongest(Float32Array.of(0.2, 0.3, 0.3, 0.2), 3)).toEqual([1, 2, 0]);
  });

  it("does not name what has no weight, as outside of a sliding window", () => {
    expect(strongest(Float32Array.of(0, 0, 0.4, 0.6), 3)).toEqual([3, 2]);
    expect(strongest(new Float32Array(4), 3)).toEqual([]);
  });
});
