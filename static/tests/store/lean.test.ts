import { describe, expect, it } from "vitest";
import { headsOf, MEAN, rowOf, weights } from "../../src/store/attention";
import { bound, bytesOf } from "../../src/store/lean";
import { tokens } from "../recording";

const held = tokens.reduce((bytes, token) => bytes + bytesOf(token), 0);

describe("a run that holds much attention", () => {
  it("keeps everything within the bound", () => {
    const kept = [...tokens];
    expect(bound(kept, held, held)).toBe(held);
    expect(kept).toEqual(tokens);
  });

  it("lets the oldest single heads go, and keeps means and everything else", () => {
    const kept = [...tokens];
    const left = bound(kept, held, held / 2);
    expect(left).toBeLessThanOrEqual(held / 2);
    expect(left).toBe(kept.reduce((bytes, token) => bytes + bytesOf(token), 0));
    const [first, last] = [kept[0], kept.at(-1)];
    expect(first && headsOf(first.attention!).every(({ head }) => head === MEAN)).toBe(true);
    expect(last).toBe(tokens.at(-1));
    const mean = { layer: 2, head: MEAN };
    expect(weights(rowOf(kept[0]!, mean)!, false)).toEqual(weights(rowOf(tokens[0]!, mean)!, false));
    expect(rowOf(kept[0]!, { layer: 2, head: 1 })).toBeNull();
    expect({ ...kept[0], attention: null }).toEqual({ ...tokens[0], attention: null });
  });

  it("holds nothing of the frames in which the lean ones came", () => {
    const kept = [...tokens];
    bound(kept, held, 0);
    expect(kept[0]?.piece.buffer.byteLength).toBe(kept[0]?.piece.byteLength);
    expect(kept[0]?.trace?.scores.data.buffer.byteLength).toBe(kept[0]?.trace?.scores.data.byteLength);
  });

  it("never lets the newest go", () => {
    const kept = [...tokens];
    bound(kept, held, 0);
    expect(kept.at(-1)).toBe(tokens.at(-1));
  });
});
