import { describe, expect, it } from "vitest";
import { paintRows, type View } from "../../src/draw/raster";
import { Shades } from "../../src/draw/ramp";
import { firstPixel, roomFor, spans } from "../../src/draw/spans";

const shades = new Shades(false);
const SIZE = 37;
const weight = (row: number, column: number) => ((row * 31 + column * 17) % 255) / 255;
const line = (row: number) => ({ weights: Uint8Array.from({ length: row + 1 }, (_, column) => weight(row, column) * 255), scale: 1 / 255 });

/** The plain way: each pixel looks at all of its cells. */
function plain(width: number, height: number, { x, y, columns, rows }: View): number[] {
  const [across, down] = [columns / width, rows / height];
  const range = (k: number, start: number, each: number): [number, number] =>
    each < 1
      ? [Math.floor(start + (k + 0.5) * each), Math.floor(start + (k + 0.5) * each) + 1]
      : [Math.floor(start + k * each), Math.ceil(start + (k + 1) * each - 1e-9)];
  return Array.from({ length: width * height }, (_, n) => {
    const [left, right] = range(n % width, x, across);
    const [top, bottom] = range(Math.floor(n / width), y, down);
    let most = -1;
    for (let row = top; row < bottom; row++)
      for (let column = left; column < Math.min(right, row + 1); column++) most = Math.max(most, Math.fround(weight(row, column)));
    return most < 0 ? 0 : shades.of(most);
  });
}

const views: [string, number, number, View][] = [
  ["more pixels than cells", 100, 90, { x: 0, y: 0, columns: SIZE, rows: SIZE }],
  ["more cells than pixels", 11, 7, { x: 0, y: 0, columns: SIZE, rows: SIZE }],
  ["a part between cells", 64, 20, { x: 3.3, y: 7.7, columns: 12.5, rows: 25 }],
];

describe("the raster", () => {
  it.each(views)("shows the largest weight of each pixel's cells: %s", (_, width, height, view) => {
    const pixels = new Uint32Array(width * height);
    paintRows(pixels, width, height, view, { line }, shades);
    expect(Array.from(pixels)).toEqual(plain(width, height, view));
  });

  it.each(views)("paints a new row without touching what is above it: %s", (_, width, height, view) => {
    const from = 20;
    const pixels = new Uint32Array(width * height).fill(7);
    const { top } = paintRows(pixels, width, height, view, { line }, shades, from);
    expect(Array.from(pixels.subarray(0, top * width)).every((pixel) => pixel === 7)).toBe(true);
    expect(Array.from(pixels.subarray(top * width))).toEqual(plain(width, height, view).slice(top * width));
  });

  it.each(views)("leaves what is behind the last row alone: %s", (_, width, height, view) => {
    const pixels = new Uint32Array(width * height).fill(7);
    const { top, bottom } = paintRows(pixels, width, height, view, { line }, shades, 20, 23);
    expect(Array.from(pixels.subarray(bottom * width)).every((pixel) => pixel === 7)).toBe(true);
    expect(Array.from(pixels.subarray(top * width, bottom * width))).toEqual(plain(width, height, view).slice(top * width, bottom * width));
    expect(bottom).toBeGreaterThan(top);
  });

  it("leaves a row that is missing blank", () => {
    const pixels = new Uint32Array(4).fill(7);
    paintRows(pixels, 2, 2, { x: 0, y: 0, columns: 2, rows: 2 }, { line: () => null }, shades);
    expect(Array.from(pixels)).toEqual([0, 0, 0, 0]);
  });
});

it("a weight of one in two thousand still has a colour of its own", () => {
  expect(shades.of(1 / 2048)).not.toBe(shades.of(0));
  expect(shades.of(1)).toBe(shades.of(2));
});

it("room grows rarely: eight times while the count doubles", () => {
  const rooms = Array.from({ length: 1024 }, (_, k) => roomFor(1024 + k));
  expect(new Set(rooms).size).toBeLessThanOrEqual(9);
  rooms.forEach((room, k) => expect(room).toBeGreaterThanOrEqual(1024 + k));
});

it("the first pixel of a cell is the first on which it falls", () => {
  expect(firstPixel(spans(10, 0, 5), 2)).toBe(4);
  expect(firstPixel(spans(5, 0, 10), 3)).toBe(1);
  expect(firstPixel(spans(5, 0, 10), 99)).toBe(5);
});
