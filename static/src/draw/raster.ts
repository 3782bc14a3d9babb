/**
 * A matrix of weights as pixels of a view: each pixel has the largest weight of the cells that fall on it. A new row writes its own
 * pixels alone. Knows nothing of models.
 */

import type { AttentionRow } from "../store/attention";
import type { Shades } from "./ramp";
import { endPixel, firstPixel, spans } from "./spans";

export interface Lines {
  /** Row `n`, or null where there is none. */
  line(n: number): AttentionRow | null;
}

/** What of the matrix is in view, in cells. */
export interface View {
  x: number;
  y: number;
  columns: number;
  rows: number;
}

const NONE = -1;

/** The rows of pixels that were written, the end not included. */
export interface Strip {
  top: number;
  bottom: number;
}

/** Paints the rows from `from` up to, not including, `until` into `pixels`, `width` a row; behind them there is nothing. */
export function paintRows(
  pixels: Uint32Array,
  width: number,
  height: number,
  view: View,
  lines: Lines,
  shades: Shades,
  from = 0,
  until = Infinity,
): Strip {
  const across = spans(width, view.x, view.columns);
  const down = spans(height, view.y, view.rows);
  const top = firstPixel(down, from);
  const bottom = until === Infinity ? height : Math.max(top, endPixel(down, until));
  const strongest = new Float32Array(width);
  for (let y = top; y < bottom; y++) {
    const [first, last] = [down.from[y] ?? 0, down.to[y] ?? 0];
    if (y > top && first === down.from[y - 1] && last === down.to[y - 1]) {
      pixels.copyWithin(y * width, (y - 1) * width, y * width);
      continue;
    }
    strongest.fill(NONE);
    for (let row = first; row < last; row++) gather(strongest, lines.line(row), across.from, across.to);
    for (let x = 0; x < width; x++) pixels[y * width + x] = strongest[x] === NONE ? 0 : shades.of(strongest[x] ?? 0);
  }
  return { top, bottom };
}

/** Raises each of `strongest` to the largest weight among its cells of `row`. */
function gather(strongest: Float32Array, row: AttentionRow | null, from: Int32Array, to: Int32Array): void {
  if (!row) return;
  const { weights, scale } = row;
  for (let x = 0; x < strongest.length; x++) {
    let most = NONE;
    const end = Math.min(to[x] ?? 0, weights.length);
    for (let cell = from[x] ?? 0; cell < end; cell++) if ((weights[cell] ?? 0) > most) most = weights[cell] ?? 0;
    if (most * scale > (strongest[x] ?? 0)) strongest[x] = most * scale;
    else if (most >= 0 && strongest[x] === NONE) strongest[x] = most * scale;
  }
}
