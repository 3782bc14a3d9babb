import { describe, expect, it } from "vitest";
import { CLOSEST, isWhole, panned, revealing, within, zoomed } from "../../../src/inspector/attention/viewport";

const all = { x: 0, y: 10, columns: 100, rows: 50 };

describe("the view of the map", () => {
  it("keeps the point still that is zoomed about", () => {
    const view = zoomed(all, all, 4, 0.3, 0.6);
    expect(view.columns).toBeCloseTo(25);
    expect(view.x + 0.3 * view.columns).toBeCloseTo(30);
    expect(view.y + 0.6 * view.rows).toBeCloseTo(10 + 0.6 * 50);
  });

  it("never leaves what there is, and never shows less than a few cells", () => {
    expect(zoomed(all, all, 0.1)).toEqual(all);
    expect(zoomed(all, all, 1e9).rows).toBeGreaterThanOrEqual(CLOSEST);
    const view = zoomed(all, all, 5);
    expect(panned(view, all, -1000, -1000)).toMatchObject({ x: 0, y: 10 });
    expect(panned(view, all, 1000, 1000)).toMatchObject({ x: 80, y: 50 });
    expect(within({ x: 0, y: 0, columns: 9, rows: 9 }, { x: 0, y: 0, columns: 2, rows: 1 })).toEqual({ x: 0, y: 0, columns: 2, rows: 1 });
  });

  it("moves no farther than a cell needs to come into view", () => {
    const view = { x: 20, y: 20, columns: 10, rows: 10 };
    expect(revealing(view, all, 25, 25)).toEqual(view);
    expect(revealing(view, all, 30, 12)).toMatchObject({ x: 21, y: 12 });
  });

  it("knows when everything is in view", () => {
    expect(isWhole(all, all)).toBe(true);
    expect(isWhole(zoomed(all, all, 1.5), all)).toBe(false);
  });
});
