/** Which cells fall on which pixel, along one axis. Pure. */

export interface Spans {
  from: Int32Array; // by pixel: the first cell
  to: Int32Array; // one behind the last
}

/** `count` pixels over the cells from `start` on, `size` cells in all. Where cells are larger than pixels, each pixel has one. */
export function spans(count: number, start: number, size: number): Spans {
  const each = size / count;
  const from = Int32Array.from({ length: count }, (_, k) => Math.floor(each < 1 ? start + (k + 0.5) * each : start + k * each));
  const to = Int32Array.from({ length: count }, (_, k) => (each < 1 ? (from[k] ?? 0) + 1 : Math.ceil(start + (k + 1) * each - 1e-9)));
  return { from, to };
}

/** The first pixel on which cell `cell` or one behind it falls. */
export function firstPixel({ to }: Spans, cell: number): number {
  const found = to.findIndex((end) => end > cell);
  return found < 0 ? to.length : found;
}

/** One behind the last pixel on which a cell before `cell` falls. */
export function endPixel({ from }: Spans, cell: number): number {
  const found = from.findIndex((first) => first >= cell);
  return found < 0 ? from.length : found;
}

/**
 * An extent for `count` things that grow one by one: a little more, so that what is drawn keeps its place for many of them. It changes
 * eight times while the count doubles.
 */
export function roomFor(count: number): number {
  const grain = Math.max(4, 2 ** (Math.floor(Math.log2(Math.max(1, count))) - 3));
  return Math.ceil(count / grain) * grain;
}
