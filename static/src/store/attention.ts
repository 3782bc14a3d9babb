/** Rows of attention, looked up by layer and head. Pure. */

import { values } from "../protocol/codec";
import type { Attention, Token } from "../protocol/generated";

export interface Head {
  layer: number; // ALL_LAYERS and ROLLOUT stand for what is made of all
  head: number; // MEAN: the mean over heads
}

/** The weight at position c is `weights[c] * scale`. */
export interface AttentionRow {
  weights: Uint8Array | Float32Array; // (T,)
  scale: number;
}

export const MEAN = -1;
export const ALL_LAYERS = -1;
export const ROLLOUT = -2;
export const sameHead = (a: Head, b: Head): boolean => a.layer === b.layer && a.head === b.head;
export const keyOf = ({ layer, head }: Head): string => `${layer}:${head}`;

const known = new WeakMap<Attention, Map<string, number>>();

/** The heads that a step carries, in the order in which they were sent. */
export function headsOf(attention: Attention): Head[] {
  const index = values(attention.index);
  return Array.from({ length: attention.index.shape[0] ?? 0 }, (_, n) => ({ layer: index[2 * n] ?? 0, head: index[2 * n + 1] ?? MEAN }));
}

/** Which row belongs to which head. */
function places(attention: Attention): Map<string, number> {
  const found = known.get(attention) ?? new Map(headsOf(attention).map((head, n) => [keyOf(head), n]));
  known.set(attention, found);
  return found;
}

/** The row of one head, or null where it was not watched at that step. The mean over all layers is made of those of the layers. */
export function rowOf({ attention }: Token, head: Head): AttentionRow | null {
  if (!attention) return null;
  if (head.layer === ALL_LAYERS) return meanOfLayers(attention);
  const n = places(attention).get(keyOf(head));
  return n === undefined ? null : sent(attention, n);
}

export function sent({ values: block, scale }: Attention, n: number): AttentionRow {
  const length = block.shape[1] ?? 0;
  return { weights: block.data.subarray(n * length, (n + 1) * length), scale: values(scale)[n] ?? 0 };
}

function meanOfLayers(attention: Attention): AttentionRow | null {
  const means = headsOf(attention).flatMap(({ head }, n) => (head === MEAN ? [sent(attention, n)] : []));
  return means.length === 0 ? null : { weights: averaged(means.map(dense)), scale: 1 };
}

/** The mean of rows, each taken as zero beyond its end. */
export function averaged(rows: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(Math.max(...rows.map(({ length }) => length)));
  for (const row of rows) for (let c = 0; c < row.length; c++) mean[c] = (mean[c] ?? 0) + (row[c] ?? 0) / rows.length;
  return mean;
}

export const dense = ({ weights, scale }: AttentionRow): Float32Array => Float32Array.from(weights, (value) => value * scale);

/**
 * Each part of the row without its first position, the rest scaled up to what the part had. `starts` are where the parts begin: one,
 * unless the row is the attention of a decoder to what its encoder read, followed by that to its own tokens.
 */
export function withoutFirst(row: AttentionRow, starts: readonly number[]): AttentionRow {
  return starts.length > 1 ? { weights: partsWithoutFirst(dense(row), starts), scale: 1 } : firstTaken(row);
}

function firstTaken({ weights, scale }: AttentionRow): AttentionRow {
  if (weights.length < 2) return { weights, scale };
  const rest = weights.slice();
  rest[0] = 0;
  let left = 0;
  for (const value of rest) left += value;
  return { weights: rest, scale: left > 0 ? 1 / left : 0 };
}

function partsWithoutFirst(row: Float32Array, starts: readonly number[]): Float32Array {
  starts.forEach((from, part) => {
    const piece = row.subarray(from, starts[part + 1] ?? row.length);
    piece.set(dense(firstTaken({ weights: piece, scale: 1 })));
  });
  return row;
}

/** Weights that add up to 1; without the first position, what is left is scaled up to 1 again. */
export const weights = (row: AttentionRow, hideFirst: boolean, starts: readonly number[] = [0]): Float32Array =>
  dense(hideFirst ? withoutFirst(row, starts) : row);

/** Positions of the `count` largest weights, largest first, and of equal ones the earlier; what has no weight is not among them. */
export function strongest(row: Float32Array, count: number): number[] {
  const best: number[] = [];
  const weight = (place: number): number => row[best[place] ?? -1] ?? 0;
  for (let position = 0; position < row.length; position++) {
    const own = row[position] ?? 0;
    if (own <= (best.length < count ? 0 : weight(count - 1))) continue;
    let place = best.length;
    while (place > 0 && weight(place - 1) < own) place--;
    best.splice(place, 0, position);
    best.length = Math.min(best.length, count);
  }
  return best;
}
