import { describe, expect, it } from "vitest";
import { cellOf, levelOf, SIDE, Tiles } from "../../src/draw/tiles";

const STEPS = 300;
const FIRST = 90; // weights of 255 from the sink on
const rows = Array.from({ length: STEPS }, (_, step) =>
  Uint8Array.from({ length: FIRST + step }, (_, c) => (c === 0 ? 200 : (step * 13 + c * 7) % 50)),
);
const sums = rows.map((row) => row.reduce((a, b) => a + b, 0));

function filled(): Tiles {
  const tiles = new Tiles();
  rows.forEach((row, step) => tiles.push([["0:0", { weights: row, scale: 1 / (sums[step] ?? 1) }]], row.length));
  return tiles;
}

describe("the tiles of thumbnails", () => {
  it("hold the largest weight of each cell however far they have grown", () => {
    const tiles = filled();
    const most = new Float64Array(SIDE * SIDE);
    rows.forEach((row, step) =>
      row.forEach((value, c) => {
        const cell = Math.floor(step / tiles.down) * SIDE + cellOf(c, tiles.across);
        most[cell] = Math.max(most[cell] ?? 0, value / (sums[step] ?? 1));
      }),
    );
    expect([tiles.across, tiles.down]).toEqual([8, 8]);
    expect(Array.from(tiles.levels("0:0", true) ?? [])).toEqual(Array.from(most, levelOf));
  });

  it("hold the same without the first token, the rest scaled up to 1", () => {
    const tiles = filled();
    const most = new Float64Array(SIDE * SIDE);
    rows.forEach((row, step) => {
      const rest = (sums[step] ?? 1) - (row[0] ?? 0);
      row.forEach((value, c) => {
        const cell = Math.floor(step / tiles.down) * SIDE + cellOf(c, tiles.across);
        if (c > 0) most[cell] = Math.max(most[cell] ?? 0, value / rest);
      });
    });
    expect(Array.from(tiles.levels("0:0", false) ?? [])).toEqual(Array.from(most, levelOf));
  });

  it("keep the first token's weight out of its neighbours' cells", () => {
    const tiles = filled();
    const levels = tiles.levels("0:0", true) ?? new Uint8Array();
    const neighbours = Math.max(
      ...rows.slice(0, tiles.down).map((row, step) => Math.max(...row.slice(1, 1 + tiles.across)) / (sums[step] ?? 1)),
    );
    expect([levels[0], levels[1]]).toEqual([levelOf(200 / (sums[0] ?? 1)), levelOf(neighbours)]);
  });

  it("give the first token, and so many of the others, a cell", () => {
    expect([0, 1, 8, 9, 16, 17].map((position) => cellOf(position, 8))).toEqual([0, 1, 1, 2, 2, 3]);
  });

  it("know nothing of a head that was never sent", () => {
    expect(filled().levels("7:7", true)).toBeNull();
  });
});
