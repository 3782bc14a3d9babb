/** What lies over the large map: names on the axes, the crosshair, the border of the prompt, the sliding window. */

import type { View } from "../../draw/raster";

/** Room for the names, in CSS pixels; the style sheet says the same. */
export const GUTTER = { left: 76, top: 60 };
const ROOM = 13; // CSS pixels that a name needs
const FONT = "11px 'Inter Variable', system-ui, 'Noto Sans TC', 'Noto Sans CJK TC', sans-serif";

export interface Inks {
  text: string;
  quiet: string;
  line: string;
  surface: string;
}

/** A unit and what it is called. */
export interface Named {
  unit: number;
  name: string;
}

export interface Names {
  rows: Named[];
  columns: Named[];
}

export interface Overlay {
  view: View;
  names: Names;
  row: Named | null; // of the crosshair
  column: Named | null;
  border: number | null; // the first unit of the output
  window: number | null; // positions that a row sees
}

/** Draws in CSS pixels; the map's own area begins at the gutters. */
export function drawOverlay(context: CanvasRenderingContext2D, width: number, height: number, what: Overlay, inks: Inks): void {
  const plot: Plot = { left: GUTTER.left, top: GUTTER.top, width: width - GUTTER.left, height: height - GUTTER.top, view: what.view };
  context.clearRect(0, 0, width, height);
  if (context.font !== fontOf.get(context)) setFont(context); // to set it is dear
  inside(context, plot, () => {
    if (what.window !== null) hatch(context, plot, what.window, inks.line);
    if (what.border !== null) border(context, plot, what.border, inks.quiet);
    crosshair(context, plot, what, inks.text);
  });
  names(context, plot, what, inks);
}

/** What the browser makes of the font's name. */
const fontOf = new WeakMap<CanvasRenderingContext2D, string>();

function setFont(context: CanvasRenderingContext2D): void {
  context.direction = "ltr"; // inherited, every measure would have the browser style the page first
  context.font = FONT;
  fontOf.set(context, context.font);
}

/** In CSS pixels, of texts that were measured: a third of a millisecond each, every time. */
const widths = new Map<string, number>();
const MOST_WIDTHS = 4_096;
document.fonts?.addEventListener("loadingdone", () => widths.clear());

function widthOf(context: CanvasRenderingContext2D, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size >= MOST_WIDTHS) widths.clear();
    widths.set(text, (width = context.measureText(text).width));
  }
  return width;
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

function crosshair(context: CanvasRenderingContext2D, plot: Plot, { row, column }: Overlay, ink: string): void {
  const [tall, wide] = [plot.height / plot.view.rows, plot.width / plot.view.columns];
  context.beginPath();
  if (column) context.rect(xOf(plot, column.unit), plot.top, Math.max(2, wide), plot.height);
  if (row) context.rect(plot.left, yOf(plot, row.unit), plot.width, Math.max(2, tall));
  context.globalAlpha = 0.55;
  stroke(context, ink, 1);
  context.globalAlpha = 1;
}

function names(context: CanvasRenderingContext2D, plot: Plot, what: Overlay, inks: Inks): void {
  context.textBaseline = "middle";
  for (const { unit, name } of what.names.rows) side(context, plot, unit, name, inks.quiet);
  for (const { unit, name } of what.names.columns) above(context, plot, unit, name, inks.quiet);
  if (what.column) above(context, plot, what.column.unit, what.column.name, inks.text, inks.surface);
  if (what.row) side(context, plot, what.row.unit, what.row.name, inks.text, inks.surface);
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const NAMED = 22; // cells in view that have room for a name each, on a phone too
const NUMBERED = 8; // numbers on an axis

/** As many names as there is room for: where not each unit has some, numbers. */
export function namesInView(view: View, count: number, nameOf: (unit: number) => string): Names {
  return { rows: every(view.y, view.rows, count, nameOf), columns: every(view.x, view.columns, count, nameOf) };
}

function every(start: number, size: number, count: number, nameOf: (unit: number) => string): Named[] {
  const step = size <= NAMED ? 1 : (STEPS.find((wanted) => size / wanted <= NUMBERED) ?? size);
  const end = Math.min(count, start + size);
  const named: Named[] = [];
  for (let unit = Math.ceil(start / step) * step; unit < end; unit += step)
    named.push({ unit, name: step === 1 ? nameOf(unit) : String(unit) });
  return named;
}

function side(context: CanvasRenderingContext2D, plot: Plot, row: number, name: string, ink: string, ground?: string): void {
  const y = yOf(plot, row + 0.5);
  if (y < plot.top - 1 || y > plot.top + plot.height + 1) return;
  const fitting = shortened(context, name, plot.left - 10);
  context.textAlign = "right";
  if (ground) cover(context, plot.left - 5 - widthOf(context, fitting) - 2, y, widthOf(context, fitting) + 5, ground);
  context.fillStyle = ink;
  context.fillText(fitting, plot.left - 5, y);
}

function above(context: CanvasRenderingContext2D, plot: Plot, column: number, name: string, ink: string, ground?: string): void {
  const x = xOf(plot, column + 0.5);
  if (x < plot.left - 1 || x > plot.left + plot.width + 1) return;
  context.save();
  context.translate(x, plot.top - 5);
  if (widthOf(context, name) > ROOM) context.rotate(-Math.PI / 2);
  else context.translate(-widthOf(context, name) / 2, -5); // a single character stands upright
  context.textAlign = "left";
  const fitting = shortened(context, name, plot.top - 8);
  if (ground) cover(context, -2, 0, widthOf(context, fitting) + 4, ground);
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
  if (widthOf(context, name) <= room) return name;
  const kept = Array.from(name);
  while (kept.length > 1 && widthOf(context, `${kept.join("")}…`) > room) kept.pop();
  return `${kept.join("")}…`;
}
