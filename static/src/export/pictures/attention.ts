/** Attention as pictures: one head's row as bars over its matrix, and all heads as a grid. The matrices come as images. Pure. */

import { max } from "d3-array";
import { strongest } from "../../store/attention";
import { label } from "../../tokens/pieces";
import { clipped, element, rect, text, type Palette, type Picture } from "./svg";

const [WIDTH, TOP, BARS, PAD, NAMED] = [900, 34, 150, 16, 6];

interface OneHead {
  title: string;
  row: Float32Array;
  promptLength: number;
  pieceAt: (position: number) => Uint8Array;
  matrix: string; // data URL of what is in view
  mark: { from: number; size: number }; // the selected row, as shares of the height in view
}

export function headPicture(head: OneHead, palette: Palette): Picture {
  const { title, row, matrix, mark: at } = head;
  const [top, tall] = [TOP + BARS + 44, 320];
  const wide = WIDTH - 2 * PAD;
  const picture = image(matrix, PAD, top, wide, tall);
  const inView = at.from > -at.size && at.from < 1;
  const mark = inView
    ? rect(PAD, top + Math.max(0, at.from) * tall, wide, Math.max(1.5, at.size * tall), "none", {
        stroke: palette.warm,
        "stroke-width": 1.5,
      })
    : "";
  return {
    width: WIDTH,
    height: top + tall + PAD,
    body: [text(PAD, 22, title, palette.text, { "font-weight": 600 }), bars(head, palette), names(row, head, palette), picture, mark].join(
      "",
    ),
  };
}

function bars({ row, promptLength }: OneHead, palette: Palette): string {
  const each = (WIDTH - 2 * PAD) / row.length;
  const most = max(row) || 1;
  const ground = rect(PAD, TOP, each * promptLength, BARS, palette.faint);
  const all = Array.from(row, (weight, k) => {
    const tall = (weight / most) * (BARS - 8);
    return rect(PAD + k * each, TOP + BARS - tall, Math.max(0.5, each - (each > 4 ? 1 : 0)), tall, palette.accent);
  });
  return [ground, ...all, rect(PAD, TOP + BARS, WIDTH - 2 * PAD, 1, palette["line-strong"])].join("");
}

/** The positions looked at most, named in a line under the bars. */
function names(row: Float32Array, { pieceAt }: OneHead, { text: ink }: Palette): string {
  const said = strongest(row, NAMED).map(
    (position) => `${clipped(label(pieceAt(position)), 14)} ${((row[position] ?? 0) * 100).toFixed(1)} %`,
  );
  return text(PAD, TOP + BARS + 22, said.join("     "), ink);
}

export interface Cell {
  layer: number;
  column: number; // place in the row
  matrix: string; // data URL
}

const [CELL, GAP, AXIS] = [84, 4, 40];

export function gridPicture(layers: number[], columns: string[], cells: Cell[], palette: Palette): Picture {
  const at = (k: number): number => AXIS + k * (CELL + GAP);
  const heads = columns.map((name, k) => text(at(k) + CELL / 2, 26, name, palette.quiet, { "text-anchor": "middle" }));
  const sides = layers.map((layer, k) => text(AXIS - 8, at(k) + CELL / 2 + 4, `L${layer}`, palette.quiet, { "text-anchor": "end" }));
  const all = cells.map(({ layer, column, matrix }) => image(matrix, at(column), at(layers.indexOf(layer)), CELL, CELL));
  return { width: at(columns.length) + PAD, height: at(layers.length) + PAD, body: [...heads, ...sides, ...all].join("") };
}

const image = (href: string, x: number, y: number, width: number, height: number): string =>
  element("image", { href, x, y, width, height, preserveAspectRatio: "none", style: "image-rendering: pixelated" });
