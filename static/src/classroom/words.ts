/** Numbers of a room as a class reads them. Pure. */

const BIT = Math.LN2; // nats

export const bitsOf = (nats: number): number => nats / BIT;
export const natsOf = (bits: number): number => bits * BIT;

/** A probability as a percentage: what is small keeps a digit that says something. */
export function percent(p: number): string {
  if (p >= 0.9995) return "100 %";
  const shown = p * 100;
  return shown >= 10 ? `${shown.toFixed(0)} %` : shown >= 1 ? `${shown.toFixed(1)} %` : shown >= 0.1 ? `${shown.toFixed(2)} %` : "< 0.1 %";
}

/** Points with one decimal, none where it is 0. */
export const points = (value: number): string => value.toFixed(1).replace(/\.0$/, "");

/** Six characters, read in two halves. */
export const spaced = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;
