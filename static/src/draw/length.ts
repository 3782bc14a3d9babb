/** Lengths of bars. Pure. */

const SMALLEST = 1e-6; // where the logarithmic bar begins

/** Length of a bar, 0 to 1. */
export function barLength(p: number, log: boolean): number {
  if (!log) return p;
  return p <= SMALLEST ? 0 : 1 - Math.log(p) / Math.log(SMALLEST);
}
