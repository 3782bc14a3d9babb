/** Rows of attention, looked up by layer and head. Pure. */

import { values } from "../protocol/codec";
import type { Attention, Token } from "../protocol/generated";

export interface Head {
  layer: number;
  head: number; // -1: the mean over heads
}

export interface AttentionRow {
  weights: Uint8Array; // (T,) quantised
  scale: number;
}

export const MEAN = -1;
export const sameHead = (a: Head, b: Head): boolean => a.layer === b.layer && a.head === b.head;

const known = new WeakMap<Attention, Map<string, number>>();
const key = ({ layer, head }: Head): string => `${layer}:${head}`;

/** The heads that a step carries, in the order in which they were sent. */
export function headsOf(attention: Attention): Head[] {
  const index = values(attention.index);
  return Array.from({ length: attention.index.shape[0] ?? 0 }, (_, n) => ({ layer: index[2 * n] ?? 0, head: index[2 * n + 1] ?? MEAN }));
}

/** Which row belongs to which head. */
function places(attention: Attention): Map<string, number> {
  const found = known.get(attention) ?? new Map(headsOf(attention).map((head, n) => [key(head), n]));
  known.set(attention, found);
  return found;
}

/** The row of one head, or null where it was not watched at that step. */
export function rowOf(token: Token, head: Head): AttentionRow | null {
  if (!token.attention) return null;
  const { values: block, scale } = token.attention;
  const n = places(token.attention).get(key(head));
  const length = block.shape[1] ?? 0;
  return n === undefined ? null : { weights: block.data.subarray(n * length, (n + 1) * length), scale: values(scale)[n] ?? 0 };
}

/** Weights that add up to 1; without the first position, what is left is scaled up to 1 again. */
export function weights(row: AttentionRow, hideFirst: boolean): Float32Array {
  const all = Float32Array.from(row.weights, (value) => value * row.scale);
  if (!hideFirst || all.length < 2) return all;
  const rest = all.reduce((total, value) => total + value, 0) - (all[0] ?? 0);
  all[0] = 0;
  return rest > 0 ? all.map((value) => value / rest) : all;
}

/** Positions of the `count` largest weights, largest first. */
export function strongest(row: Float32Array, count: number): number[] {
  return Array.from(row.keys())
    .sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0))
    .slice(0, count);
}
