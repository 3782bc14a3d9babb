/** Lengths of bars. Pure. */

const SMALLEST = 1e-6; // where the logarithmic bar begins

export type Scale = "linear" | "log" | "logit";

/** Where a probability lies on a bar of 0 to 1. */
export function barLength(p: number, log: boolean): number {
  if (!log) return p;
  return p <= SMALLEST ? 0 : 1 - Math.log(p) / Math.log(SMALLEST);
}

/** Where a value lies between two others, 0 to 1; those beyond lie at the ends. */
export const between = (value: number, low: number, high: number): number =>
  high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 1;
