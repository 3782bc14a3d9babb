/** What lies over the large map: names on the axes, the selected row, the crosshair, the border of the prompt, the sliding window. */

import type { View } from "../../draw/raster";

/** Room for the names, in CSS pixels; the style sheet says the same. */
export const GUTTER = { left: 76, top: 60 };
const ROOM = 13; // CSS pixels that a name needs
const FONT = "11px 'Inter Variable', system-ui, 'Noto Sans TC', 'Noto Sans CJK TC', sans-serif";

export interface Inks {
  text: string;
  quiet: string;
  line: string;
  warm: string;
  surface: string;
}

export interface Overlay {
  view: View;
  nameOf: (unit: number) => string;
  count: number; // units that there are
  selected: number; // row
  cell: { row: number; column: number } | null;
  hovered: number | null; // column
  border: number | null; // the first unit of the output
  window: number | null; // positions that a row sees
}

/** Draws in CSS pixels; the map's own area begins at the gutters. */
export function drawOverlay(context: CanvasRenderingContext2D, width: number, height: number, what: Overlay, inks: Inks): void {
  const plot: Plot = { left: GUTTER.left, top: GUTTER.top, width: width - GUTTER.left, height: height - GUTTER.top, view: what.view };
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  inside(context, plot, () => {
    if (what.window !== null) hatch(context, plot, what.window, inks.line);
    if (what.border !== null) border(context, plot, what.border, inks.quiet);
    marks(context, plot, what, inks);
  });
  names(context, plot, what, inks);
}

interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  view: View;
}

const xOf = ({ left, width, view }: Plot, column: number): number => left + ((column - view.x) / view.columns) * width;
const yOf = ({ top, height, view }: Plot, row: number): number => top + ((row - view.y) / view.rows) * height;

function inside(context: CanvasRenderingContext2D, { left, top, width, height }: Plot, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  draw();
  context.restore();
}

/** Strokes over what a row of a sliding window does not see. */
function hatch(context: CanvasRenderingContext2D, plot: Plot, window: number, ink: string): void {
  const end = plot.view.y + plot.view.rows + 1;
  context.save();
  context.beginPath();
  context.moveTo(xOf(plot, 0), yOf(plot, window));
  context.lineTo(xOf(plot, end - window), yOf(plot, end));
  context.lineTo(xOf(plot, 0), yOf(plot, end));
  context.clip();
  context.beginPath();
  for (let at = plot.left - plot.height; at < plot.left + plot.width; at += 6) {
    context.moveTo(at, plot.top + plot.height);
    context.lineTo(at + plot.height, plot.top);
  }
  stroke(context, ink, 1);
  context.restore();
}

function stroke(context: CanvasRenderingContext2D, ink: string, width: number): void {
  context.strokeStyle = ink;
  context.lineWidth = width;
  context.stroke();
}

/** Where the prompt ends, on both axes. */
function border(context: CanvasRenderingContext2D, plot: Plot, unit: number, ink: string): void {
  context.beginPath();
  context.setLineDash([2, 3]);
  context.moveTo(xOf(plot, unit), plot.top);
  context.lineTo(xOf(plot, unit), plot.top + plot.height);
  context.moveTo(plot.left, yOf(plot, unit));
  context.lineTo(plot.left + plot.width, yOf(plot, unit));
  stroke(context, ink, 1);
  context.setLineDash([]);
}

function marks(context: CanvasRenderingContext2D, plot: Plot, { selected, cell, hovered }: Overlay, { warm, text }: Inks): void {
  const [tall, wide] = [plot.height / plot.view.rows, plot.width / plot.view.columns];
  context.beginPath();
  context.rect(plot.left + 1, yOf(plot, selected), plot.width - 2, Math.max(3, tall));
  stroke(context, warm, 2);
  context.beginPath();
  const column = cell?.column ?? hovered;
  if (column !== null) context.rect(xOf(plot, column), plot.top, Math.max(2, wide), plot.height);
  if (cell) context.rect(plot.left, yOf(plot, cell.row), plot.width, Math.max(2, tall));
  context.globalAlpha = 0.55;
  stroke(context, text, 1);
  context.globalAlpha = 1;
}

/** As many names as there is room for; those of the crosshair and of the selected row always. */
function names(context: CanvasRenderingContext2D, plot: Plot, what: Overlay, inks: Inks): void {
  const { view, count, selected, cell, hovered } = what;
  context.textBaseline = "middle";
  every(view.y, view.rows, plot.height, count, (row, name) => side(context, plot, row, name ?? what.nameOf(row), inks.quiet));
  every(view.x, view.columns, plot.width, count, (column, name) => above(context, plot, column, name ?? what.nameOf(column), inks.quiet));
  side(context, plot, selected, what.nameOf(selected), inks.warm, inks.surface);
  const column = cell?.column ?? hovered;
  if (column !== null && column < count) above(context, plot, column, what.nameOf(column), inks.text, inks.surface);
  if (cell) side(context, plot, cell.row, what.nameOf(cell.row), inks.text, inks.surface);
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** Calls `draw` for each unit in view that has room; where some have none, with its number instead of its name. */
function every(start: number, size: number, pixels: number, count: number, draw: (unit: number, name: string | null) => void): void {
  const step = STEPS.find((wanted) => (wanted * pixels) / size >= (wanted === 1 ? ROOM : 3 * ROOM)) ?? size;
  for (let unit = Math.ceil(start / step) * step; unit < Math.min(count, start + size); unit += step)
    draw(unit, step === 1 ? null : String(unit));
}

function side(context: CanvasRenderingContext2D, plot: Plot, row: number, name: string, ink: string, ground?: string): void {
  const y = yOf(plot, row + 0.5);
  if (y < plot.top - 1 || y > plot.top + plot.height + 1) return;
  const fitting = shortened(context, name, plot.left - 10);
  context.textAlign = "right";
  if (ground) cover(context, plot.left - 5 - context.measureText(fitting).width - 2, y, context.measureText(fitting).width + 5, ground);
  context.fillStyle = ink;
  context.fillText(fitting, plot.left - 5, y);
}

function above(context: CanvasRenderingContext2D, plot: Plot, column: number, name: string, ink: string, ground?: string): void {
  const x = xOf(plot, column + 0.5);
  if (x < plot.left - 1 || x > plot.left + plot.width + 1) return;
  context.save();
  context.translate(x, plot.top - 5);
  if (context.measureText(name).width > ROOM) context.rotate(-Math.PI / 2);
  else context.translate(-context.measureText(name).width / 2, -5); // a single character stands upright
  context.textAlign = "left";
  const fitting = shortened(context, name, plot.top - 8);
  if (ground) cover(context, -2, 0, context.measureText(fitting).width + 4, ground);
  context.fillStyle = ink;
  context.fillText(fitting, 0, 0);
  context.restore();
}

function cover(context: CanvasRenderingContext2D, x: number, y: number, width: number, ground: string): void {
  context.fillStyle = ground;
  context.fillRect(x, y - ROOM / 2 - 1, width, ROOM + 2);
}

/** `name` as far as it fits into `room` pixels. */
function shortened(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name;
  const kept = Array.from(name);
  while (kept.length > 1 && context.measureText(`${kept.join("")}…`).width > room) kept.pop();
  return `${kept.join("")}…`;
}
