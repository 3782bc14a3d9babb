/** Which rows of a long list are drawn. Pure. */

export const WHOLE = 60; // rows that are drawn without further ado
const BLOCK = 4; // the drawn part moves in steps of so many rows, so that most scrolling draws nothing

export interface Window {
  first: number;
  last: number; // not drawn any more
}

/** The rows that may be seen between `top` and `top + height`, with a block to spare on either side. */
export function windowOf(count: number, rowHeight: number, top: number, height: number): Window {
  if (count <= WHOLE || rowHeight <= 0) return { first: 0, last: count };
  const first = Math.floor(top / rowHeight / BLOCK) * BLOCK - BLOCK;
  const last = Math.ceil((top + height) / rowHeight / BLOCK) * BLOCK + BLOCK;
  return { first: Math.max(0, Math.min(first, count - 1)), last: Math.min(count, Math.max(last, 1)) };
}
