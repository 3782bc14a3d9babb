import { describe, expect, it } from "vitest";
import { panned, showing, within, zoomed } from "../../../src/inspector/timing/window";

describe("the window on the time line", () => {
  it("closes in on a moment, which stays where it is", () => {
    expect(zoomed({ from: 0, to: 100 }, 0.5, 25, 100)).toEqual({ from: 12.5, to: 62.5 });
  });

  it("never shows more than the run", () => {
    expect(zoomed({ from: 40, to: 60 }, 100, 50, 100)).toEqual({ from: 0, to: 100 });
    expect(panned({ from: 40, to: 60 }, 1000, 100)).toEqual({ from: 80, to: 100 });
    expect(within({ from: -5, to: 15 }, 100)).toEqual({ from: 0, to: 20 });
  });

  it("stops closing in where there is nothing more to see", () => {
    const { from, to } = zoomed({ from: 10, to: 11 }, 0.001, 10.5, 100);
    expect(to - from).toBe(0.5);
  });

  it("moves only as far as a span that is out of sight", () => {
    const window = { from: 20, to: 40 };
    expect(showing(window, { from: 25, to: 30 }, 100)).toBe(window);
    expect(showing(window, { from: 50, to: 55 }, 100)).toEqual({ from: 35, to: 55 });
    expect(showing(window, { from: 5, to: 10 }, 100)).toEqual({ from: 5, to: 25 });
  });
});
