/** All thumbnails on one canvas, as pixels. A new row writes its own pixels in every head, and nothing else. */

import type { Shades } from "../../draw/ramp";
import { firstPixel, spans, type Spans } from "../../draw/spans";
import { SIDE, weightOf, type Tiles } from "../../draw/tiles";
import { keyOf, type Head } from "../../store/attention";
import type { Pooled } from "./thumbs";

/** Where the thumbnails are, in device pixels. */
export interface Lattice {
  width: number; // of one
  height: number;
  right: number; // from one to the next
  below: number;
}

export interface Thumbnails {
  heads: readonly Head[];
  layers: readonly number[];
  columns: readonly number[];
  tiles: Tiles;
  prompt: Pooled | null;
  withFirst: boolean;
  columnsTo: number; // positions on the axis of those looked at
  first: number; // position of the first row
  rowsTo: number; // one behind the last
  origin: number; // position of the tiles' first row
}

export class GridPainter {
  private image = new ImageData(1, 1);
  private pixels = new Uint32Array();

  /** Paints the rows of positions from `from` on, on top of what there is; from 0 everything. */
  paint(context: CanvasRenderingContext2D, lattice: Lattice, what: Thumbnails, shades: Shades, from: number): void {
    const { width, height } = context.canvas;
    if (this.image.width !== width || this.image.height !== height) this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    if (from === 0) this.pixels.fill(0);
    const across = spans(lattice.width, 0, what.columnsTo);
    const down = spans(lattice.height, what.first, what.rowsTo - what.first);
    const top = from === 0 ? 0 : firstPixel(down, from);
    for (const head of what.heads) this.head(head, lattice, what, shades, across, down, top);
    what.layers.forEach((_, row) => {
      const y = Math.round(row * lattice.below);
      context.putImageData(this.image, 0, 0, 0, y + top, width, lattice.height - top);
    });
  }

  private head(head: Head, lattice: Lattice, what: Thumbnails, shades: Shades, across: Spans, down: Spans, top: number): void {
    const left = Math.round(what.columns.indexOf(head.head) * lattice.right);
    const above = Math.round(what.layers.indexOf(head.layer) * lattice.below);
    const levels = levelsOf(head, what);
    for (let y = top; y < lattice.height; y++) {
      const line = levels(down.from[y] ?? 0, down.to[y] ?? 0);
      const at = (above + y) * this.image.width + left;
      for (let x = 0; x < lattice.width; x++) this.pixels[at + x] = shades.of(weightOf(line(across.from[x] ?? 0, across.to[x] ?? 0)));
    }
  }
}

type Line = (from: number, to: number) => number;

/** The largest level among rows and then positions; the prompt's rows come before those of the tiles. */
function levelsOf(head: Head, { tiles, prompt, withFirst, origin }: Thumbnails): (from: number, to: number) => Line {
  const own = tiles.levels(keyOf(head), withFirst);
  const asked = prompt?.levels.get(keyOf(head)) ?? null;
  return (from, to) => {
    const before =
      asked && prompt && from < origin ? pooling(asked, prompt.side, prompt.cell, prompt.cell, from, Math.min(to, origin)) : null;
    const after = own && to > origin ? pooling(own, SIDE, tiles.across, tiles.down, Math.max(0, from - origin), to - origin) : null;
    return (left, right) => Math.max(before?.(withFirst ? left : Math.max(left, 1), right) ?? 0, after?.(left, right) ?? 0);
  };
}

/** The largest of `levels` (rows of `side` cells, each `across` x `down` large) in rows `from` to `to`, by columns. */
function pooling(levels: Uint8Array, side: number, across: number, down: number, from: number, to: number): Line {
  const [top, bottom] = [Math.floor(from / down), Math.min(levels.length / side, Math.ceil(to / down))];
  return (left, right) => {
    let most = 0;
    const end = Math.min(side, Math.ceil(right / across));
    for (let row = top; row < bottom; row++)
      for (let cell = Math.floor(left / across); cell < end; cell++) most = Math.max(most, levels[row * side + cell] ?? 0);
    return most;
  };
}
