/** One head's answer as rows to draw. Pure. */

import { values } from "../../protocol/codec";
import type { Block, HeadView } from "../../protocol/generated";
import { largest } from "./signed";

export interface Anatomy {
  length: number; // positions
  query: Float32Array;
  output: Float32Array;
  key: (position: number) => Float32Array;
  value: (position: number) => Float32Array;
  scores: Float32Array;
  weights: Float32Array;
  mostIn: number; // the largest number of query and keys
  mostOut: number; // of values and output
  mostScore: number;
  mostWeight: number;
}

const floats = (block: Block): Float32Array => values(block) as Float32Array;

export function anatomyOf({ query, keys, values: carried, scores, weights, output }: HeadView): Anatomy {
  return {
    length: scores.shape[0] ?? 0,
    query: floats(query),
    output: floats(output),
    key: rowsOf(keys),
    value: rowsOf(carried),
    scores: floats(scores),
    weights: floats(weights),
    mostIn: Math.max(largest(floats(query)), largest(floats(keys))),
    mostOut: Math.max(largest(floats(carried)), largest(floats(output))),
    mostScore: largest(floats(scores)),
    mostWeight: largest(floats(weights)),
  };
}

/** The rows of a matrix, each the same object every time, so that what is drawn of it stays. */
function rowsOf(block: Block): (position: number) => Float32Array {
  const width = block.shape[1] ?? 0;
  const rows: Float32Array[] = [];
  return (position) => (rows[position] ??= floats(block).subarray(position * width, (position + 1) * width));
}
