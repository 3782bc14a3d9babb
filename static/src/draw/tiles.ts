/**
 * Growing matrices of weights, one for each head, in so many cells at most: pooled by the largest weight, coarser as they grow. The first
 * position keeps a cell to itself: it often takes most of a row, and would outshine its neighbours. Pure.
 */

import { withoutFirst, type AttentionRow } from "../store/attention";

export const SIDE = 64; // cells to a side; more cannot be seen in a thumbnail

/** Levels of one head: the square root of the weight, 255 for 1. With the first position and without it, so that neither is made twice. */
interface Tile {
  whole: Uint8Array; // (SIDE, SIDE)
  rest: Uint8Array;
}

export class Tiles {
  private readonly tiles = new Map<string, Tile>();
  across = 1; // positions to a cell behind the first, a power of two
  down = 1; // rows to a cell
  rows = 0;
  columns = 0;

  constructor(private readonly starts: readonly number[] = [0]) {}

  /** Adds a row to every head that has one; the others have an empty one there. */
  push(heads: Iterable<readonly [string, AttentionRow]>, columns: number): void {
    this.columns = Math.max(this.columns, columns);
    while (this.columns > 1 + (SIDE - 1) * this.across) this.halve("across");
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
    if (this.starts.length === 1) return both(tile, row, line, this.across);
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

/** The cell that `position` falls in. */
export const cellOf = (position: number, across: number): number => (position < 1 ? 0 : 1 + Math.floor((position - 1) / across));

/** Pools a row of one part with its first position and without it in one pass, with nothing made anew: 400 heads have one a token. */
function both({ whole, rest }: Tile, at: number, { weights, scale }: AttentionRow, across: number): void {
  const first = weights[0] ?? 0;
  let left = 0;
  for (let c = 1; c < weights.length; c++) left += weights[c] ?? 0;
  raise(whole, at, levelOf(first * scale));
  if (weights.length < 2) raise(rest, at, levelOf(first * scale)); // nothing else to be shown
  for (let cell = at + 1, start = 1; start < weights.length; cell++, start += across) {
    const most = largest(weights, start, start + across);
    raise(whole, cell, levelOf(most * scale));
    if (left > 0) raise(rest, cell, levelOf(most / left));
  }
}

function pool(levels: Uint8Array, at: number, { weights, scale }: AttentionRow, across: number): void {
  raise(levels, at, levelOf((weights[0] ?? 0) * scale));
  for (let cell = at + 1, start = 1; start < weights.length; cell++, start += across)
    raise(levels, cell, levelOf(largest(weights, start, start + across) * scale));
}

function largest(weights: AttentionRow["weights"], from: number, to: number): number {
  const end = Math.min(to, weights.length);
  let most = 0;
  for (let c = from; c < end; c++) if ((weights[c] ?? 0) > most) most = weights[c] ?? 0;
  return most;
}

function raise(levels: Uint8Array, cell: number, level: number): void {
  if (level > (levels[cell] ?? 0)) levels[cell] = level;
}

export const levelOf = (weight: number): number => Math.round(Math.sqrt(Math.min(1, weight)) * 255);
export const weightOf = (level: number): number => (level / 255) ** 2;

function halved(before: Uint8Array, direction: "across" | "down"): Uint8Array {
  const after = new Uint8Array(SIDE * SIDE);
  before.forEach((level, cell) => {
    const [row, column] = [cell >> 6, cell & (SIDE - 1)];
    const to = direction === "across" ? row * SIDE + ((column + 1) >> 1) : (row >> 1) * SIDE + column; // the first stays alone
    if (level > (after[to] ?? 0)) after[to] = level;
  });
  return after;
}
