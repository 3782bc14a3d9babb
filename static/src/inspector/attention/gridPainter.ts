/** All thumbnails on one canvas, as pixels. A new row writes its own pixels in every head, and nothing else. */

import type { Shades } from "../../draw/ramp";
import { endPixel, firstPixel, spans, type Spans } from "../../draw/spans";
import { cellOf, SIDE, weightOf, type Tiles } from "../../draw/tiles";
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
  private inks: [Shades | null, Uint32Array] = [null, new Uint32Array()];

  /** Paints the rows of positions from `from` up to, not including, `until`, on top of what there is; from 0 everything. */
  paint(context: CanvasRenderingContext2D, lattice: Lattice, what: Thumbnails, shades: Shades, from: number, until = Infinity): void {
    const { width, height } = context.canvas;
    if (this.image.width !== width || this.image.height !== height) this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    if (from === 0) this.pixels.fill(0);
    if (this.inks[0] !== shades) this.inks = [shades, Uint32Array.from({ length: 256 }, (_, level) => shades.of(weightOf(level)))];
    const across = firstAlone(spans(lattice.width, 0, what.columnsTo), what);
    const down = spans(lattice.height, what.first, what.rowsTo - what.first);
    const [top, bottom] = from === 0 ? [0, lattice.height] : [firstPixel(down, from), endPixel(down, until)];
    const layers = layersOf(what, across);
    for (const head of what.heads) this.head(head, lattice, what, layers, down, top, bottom);
    what.layers.forEach((_, row) => {
      const y = Math.round(row * lattice.below);
      context.putImageData(this.image, 0, 0, 0, y + top, width, bottom - top);
    });
  }

  private head(head: Head, lattice: Lattice, what: Thumbnails, layers: readonly Layer[], down: Spans, top: number, bottom: number): void {
    const left = Math.round(what.columns.indexOf(head.head) * lattice.right);
    const above = Math.round(what.layers.indexOf(head.layer) * lattice.below);
    const line = new Uint8Array(lattice.width);
    for (let y = top; y < bottom; y++) {
      const [from, to] = [down.from[y] ?? 0, down.to[y] ?? 0];
      line.fill(0);
      for (const layer of layers) {
        const levels = layer.levels(keyOf(head));
        if (levels) raise(line, levels, layer, Math.max(from, layer.first), Math.min(to, layer.last));
      }
      const at = (above + y) * this.image.width + left;
      for (let x = 0; x < line.length; x++) this.pixels[at + x] = this.inks[1][line[x] ?? 0] ?? 0;
    }
  }
}

/** The first position has a pixel to itself while it is shown: its neighbours would be lost under it. */
function firstAlone(across: Spans, { withFirst, columnsTo }: Thumbnails): Spans {
  if (withFirst && columnsTo > across.to.length && across.to.length > 1) {
    across.to[0] = 1;
    across.from[1] = 1;
  }
  return across;
}

/** Pooled rows: those of the prompt, or those of the tiles, which come after. */
interface Layer {
  levels: (key: string) => Uint8Array | null | undefined; // of one head
  side: number; // cells to a row
  down: number; // positions to a row of cells
  first: number; // position of the first row
  last: number; // one behind the last
  from: Int32Array; // by pixel: the cells that fall on it
  to: Int32Array;
}

/** The same for every head, which are up to 400. */
function layersOf({ tiles, prompt, withFirst, origin }: Thumbnails, across: Spans): Layer[] {
  const own: Layer = {
    levels: (key) => tiles.levels(key, withFirst),
    side: SIDE,
    down: tiles.down,
    first: origin,
    last: origin + tiles.rows,
    from: across.from.map((position) => cellOf(position, tiles.across)),
    to: across.to.map((position) => Math.min(SIDE, cellOf(position - 1, tiles.across) + 1)),
  };
  return prompt ? [layerOfPrompt(prompt, withFirst, origin, across), own] : [own];
}

function layerOfPrompt({ levels, side, cell }: Pooled, withFirst: boolean, origin: number, across: Spans): Layer {
  const skip = withFirst || cell > 1 ? 0 : 1; // cells of several positions hold the first one with others: they stay, as the server pooled them
  return {
    levels: (key) => levels.get(key),
    side,
    down: cell,
    first: 0,
    last: origin,
    from: across.from.map((position) => Math.max(skip, Math.floor(position / cell))),
    to: across.to.map((position) => Math.min(side, Math.ceil(position / cell))),
  };
}

/** Raises each of `line` to the largest of its cells' `levels` at the positions from `from` to `to`. */
function raise(line: Uint8Array, levels: Uint8Array, { side, down, first, from: left, to: right }: Layer, from: number, to: number): void {
  if (from >= to) return;
  const end = Math.ceil((to - first) / down);
  for (let row = Math.floor((from - first) / down); row < end; row++)
    for (let x = 0; x < line.length; x++)
      for (let cell = left[x] ?? 0; cell < (right[x] ?? 0); cell++) {
        const level = levels[row * side + cell] ?? 0;
        if (level > (line[x] ?? 0)) line[x] = level;
      }
}
