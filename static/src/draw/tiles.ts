/** Growing matrices of weights, one for each head, in so many cells at most: pooled by the largest weight, coarser as they grow. Pure. */

import { withoutFirst, type AttentionRow } from "../store/attention";

export const SIDE = 64; // cells to a side; more cannot be seen in a thumbnail

/** Levels of one head: the square root of the weight, 255 for 1. With the first position and without it, so that neither is made twice. */
interface Tile {
  whole: Uint8Array; // (SIDE, SIDE)
  rest: Uint8Array;
}

export class Tiles {
  private readonly tiles = new Map<string, Tile>();
  across = 1; // positions to a cell, a power of two
  down = 1; // rows to a cell
  rows = 0;
  columns = 0;

  constructor(private readonly starts: readonly number[] = [0]) {}

  /** Adds a row to every head that has one; the others have an empty one there. */
  push(heads: Iterable<readonly [string, AttentionRow]>, columns: number): void {
    this.columns = Math.max(this.columns, columns);
    while (this.columns > SIDE * this.across) this.halve("across");
    while (this.rows >= SIDE * this.down) this.halve("down");
    const row = Math.floor(this.rows / this.down) * SIDE;
    for (const [key, line] of heads) this.take(this.tile(key), row, line);
    this.rows += 1;
  }

  has = (key: string): boolean => this.tiles.has(key);

  /** The levels of a head, with its first position or without; null where it has no row yet. */
  levels(key: string, withFirst: boolean): Uint8Array | null {
    const tile = this.tiles.get(key);
    return tile ? (withFirst ? tile.whole : tile.rest) : null;
  }

  private tile(key: string): Tile {
    const found = this.tiles.get(key) ?? { whole: new Uint8Array(SIDE * SIDE), rest: new Uint8Array(SIDE * SIDE) };
    this.tiles.set(key, found);
    return found;
  }

  private take(tile: Tile, row: number, line: AttentionRow): void {
    pool(tile.whole, row, line, this.across);
    pool(tile.rest, row, withoutFirst(line, this.starts), this.across);
  }

  /** Two neighbours become one, so that there is room for as much again. */
  private halve(direction: "across" | "down"): void {
    this[direction] *= 2;
    for (const tile of this.tiles.values()) {
      tile.whole = halved(tile.whole, direction);
      tile.rest = halved(tile.rest, direction);
    }
  }
}

function pool(levels: Uint8Array, at: number, { weights, scale }: AttentionRow, across: number): void {
  for (let cell = at, start = 0; start < weights.length; cell++, start += across) {
    const end = Math.min(start + across, weights.length);
    let most = 0;
    for (let c = start; c < end; c++) if ((weights[c] ?? 0) > most) most = weights[c] ?? 0;
    const level = levelOf(most * scale);
    if (level > (levels[cell] ?? 0)) levels[cell] = level;
  }
}

export const levelOf = (weight: number): number => Math.round(Math.sqrt(Math.min(1, weight)) * 255);
export const weightOf = (level: number): number => (level / 255) ** 2;

function halved(before: Uint8Array, direction: "across" | "down"): Uint8Array {
  const after = new Uint8Array(SIDE * SIDE);
  before.forEach((level, cell) => {
    const [row, column] = [cell >> 6, cell & (SIDE - 1)];
    const to = direction === "across" ? row * SIDE + (column >> 1) : (row >> 1) * SIDE + column;
    if (level > (after[to] ?? 0)) after[to] = level;
  });
  return after;
}
