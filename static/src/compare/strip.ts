/** Draws one strip on canvas. Knows numbers; not where they come from. */

import { colours } from "../draw/colours";

export const LEFT = 44; // device-independent pixels for the axis
const FEWEST = 32; // places for steps: a short run has no wider bars
const BELOW = 0.2; // of the height, for the common candidates
const GAP = 3;

export interface Series {
  divergence: ArrayLike<number>; // (T,) nats
  overlap: ArrayLike<number>; // (T,) 0 to 1
  step: number;
  parting: number | null;
  below: string; // what the lower part is, in a few letters
}

export const places = (steps: number): number => Math.max(steps, FEWEST);

export function strip(series: Series, context: CanvasRenderingContext2D, width: number, height: number, ratio: number): void {
  const { divergence, overlap, step, parting } = series;
  const { accent, warm, line, quiet, text, faint } = colours.value;
  const floor = Math.round(height * (1 - BELOW)) - GAP * ratio;
  const most = Math.max(1e-9, ...Array.from(divergence).filter(Number.isFinite));
  const each = (width - LEFT * ratio) / places(divergence.length);
  const bar = Math.max(ratio, each - (each > 3 * ratio ? ratio : 0));
  const x = (at: number): number => LEFT * ratio + at * each;
  const box = (colour: string, left: number, top: number, across: number, down: number): void => {
    context.fillStyle = colour;
    context.fillRect(left, top, across, down);
  };
  context.clearRect(0, 0, width, height);
  box(line, LEFT * ratio, floor, width, ratio);
  if (step >= 0 && step < divergence.length) box(faint, x(step) - ratio, 0, each + ratio, height);
  for (let at = 0; at < divergence.length; at++) {
    const value = divergence[at] ?? 0;
    const tall = Math.max(value > 0 ? ratio : 0, value === Infinity ? floor : (value / most) * (floor - 6 * ratio));
    context.globalAlpha = value === Infinity ? 0.4 : 1;
    box(warm, x(at), floor - tall, bar, tall);
    if (value === Infinity) context.clearRect(x(at), 4 * ratio, bar, 3 * ratio); // broken off: it has no end
    const share = (overlap[at] ?? 0) * (height - floor - GAP * ratio);
    context.globalAlpha = 0.4;
    box(accent, x(at), height - share, bar, share);
    context.globalAlpha = 1;
  }
  if (step >= 0 && step < divergence.length) box(text, x(step) - ratio, 0, each + ratio, 3 * ratio);
  if (parting !== null) for (let y = 0; y < height; y += 6 * ratio) box(text, x(parting) - 1.5 * ratio, y, ratio, 3 * ratio);
  context.font = `${11 * ratio}px "Inter Variable", sans-serif`;
  context.fillStyle = quiet;
  context.textBaseline = "top";
  context.fillText(most < 0.001 ? most.toExponential(0) : most.toPrecision(2), 0, 6 * ratio);
  context.textBaseline = "bottom";
  context.fillText("0", 0, floor + 4 * ratio);
  context.fillText(series.below, 0, height);
}
