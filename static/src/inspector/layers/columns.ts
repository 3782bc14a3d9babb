/** The logit lens, column by column: what each layer would choose at a position. Pure. */

import { values } from "../../protocol/codec";
import type { Lens } from "../../protocol/generated";

/** One position of an answer. Row 0 is the stream before the first layer, row n after the nth; the last is the model's own output. */
export interface Column {
  lens: Lens;
  at: number;
}

export interface Choice {
  id: number;
  piece: Uint8Array;
  probability: number;
}

export interface Cell {
  top: Choice[]; // the most likely first
  rank: number; // of the token that stands there, from 1
  probability: number; // of that token
  entropy: number; // nats
}

const pieces = new WeakMap<Lens, Map<number, Uint8Array>>();

function piecesOf(lens: Lens): Map<number, Uint8Array> {
  const found = pieces.get(lens) ?? new Map(lens.token_ids.map((id, k) => [id, lens.pieces[k] ?? new Uint8Array()]));
  pieces.set(lens, found);
  return found;
}

/** The columns of an answer by their positions. */
export const columnsOf = (lens: Lens): [number, Column][] =>
  Array.from({ length: lens.ranks.shape[1] ?? 0 }, (_, at) => [lens.first + at, { lens, at }]);

export const rowsOf = ({ lens }: Column): number => lens.ranks.shape[0] ?? 0;

export function cellOf({ lens, at }: Column, row: number): Cell {
  const [, across = 0, each = 0] = lens.top_ids.shape;
  const place = row * across + at;
  const top = Array.from({ length: each }, (_, k) => {
    const id = values(lens.top_ids)[place * each + k] ?? -1;
    return { id, piece: piecesOf(lens).get(id) ?? new Uint8Array(), probability: values(lens.top_probabilities)[place * each + k] ?? 0 };
  });
  const logprob = values(lens.logprobs)[place] ?? NaN;
  return { top, rank: values(lens.ranks)[place] ?? 0, probability: Math.exp(logprob), entropy: values(lens.entropies)[place] ?? 0 };
}

/** The first row from which on the token that stands there is the top choice of every layer; null where the last chooses another. */
export function settledAt(column: Column): number | null {
  const across = column.lens.ranks.shape[1] ?? 0;
  let settled: number | null = null;
  for (let row = rowsOf(column) - 1; row >= 0; row--) {
    if (values(column.lens.ranks)[row * across + column.at] !== 1) break;
    settled = row;
  }
  return settled;
}

/** The first run of at most `most` positions from `first` up to, not including, `last` that `has` says are not known; null: none is missing. */
export function missing(has: (position: number) => boolean, first: number, last: number, most: number): [number, number] | null {
  let start = first;
  while (start < last && has(start)) start += 1;
  if (start >= last) return null;
  let end = start + 1;
  while (end < last && end - start < most && !has(end)) end += 1;
  return [start, end];
}
