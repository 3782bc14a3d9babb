import { describe, expect, it } from "vitest";
import { FITS, fitting, zoomIn } from "../../src/classroom/glance";

const view = {
  picked: 3,
  tab: "attention",
  stage: "top_k",
  scale: "log",
  layer: 2,
  head: -1,
  zoomX: 0.25,
  zoomY: 4,
  zoomColumns: 8.5,
  zoomRows: 7,
};

describe("what somebody looks at", () => {
  it("is taken as it was told, to the last digit", () => {
    expect(fitting(view)).toEqual(view);
    expect(zoomIn(fitting(view))).toEqual({ x: 0.25, y: 4, columns: 8.5, rows: 7 });
  });

  it("is everything where no part was zoomed to", () => {
    expect(zoomIn({ zoomX: null, zoomY: null, zoomColumns: null, zoomRows: null })).toBeNull();
    expect(zoomIn({ ...view, zoomRows: 0 })).toBeNull();
  });

  it("passes over names and values that no page of ours has told", () => {
    const odd = {
      tab: "evil",
      stage: "<b>",
      picked: -1,
      layer: 0.5,
      metric: 7,
      whole: "yes",
      zoomX: Infinity,
      scale: null,
      theme: "dark",
      __proto__: 1,
    };
    expect(fitting(odd)).toEqual({});
  });

  it("has room in the message that tells it", () => {
    expect(Object.keys(FITS).length).toBeLessThanOrEqual(24);
    expect(Object.keys(FITS).filter((name) => !/^[a-zA-Z]{1,24}$/.test(name))).toEqual([]);
  });
});
