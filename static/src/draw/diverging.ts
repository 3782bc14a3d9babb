/** The ramp of signed numbers on canvas: amber below zero, the paper at zero, blue above. 511 steps, so that zero has one of its own. */

import { interpolate } from "./ramp";

const LEVELS = 255; // to either side of zero

const LIGHT = { against: [[247, 247, 245], [244, 190, 120], [176, 84, 8]], for: [[247, 247, 245], [150, 188, 234], [24, 78, 156]] }; // prettier-ignore
const DARK = { against: [[24, 28, 34], [122, 76, 28], [248, 180, 104]], for: [[24, 28, 34], [44, 88, 150], [146, 196, 255]] }; // prettier-ignore

/** (511, 4) RGBA. */
export function diverging(dark: boolean): Uint8ClampedArray {
  const stops = dark ? DARK : LIGHT;
  const colours = new Uint8ClampedArray((2 * LEVELS + 1) * 4);
  for (let level = -LEVELS; level <= LEVELS; level++) {
    const side = level < 0 ? stops.against : stops.for;
    colours.set([...interpolate(side, Math.sqrt(Math.abs(level) / LEVELS)), 255], (level + LEVELS) * 4);
  }
  return colours;
}

/** Where the colour of `value` is in the ramp; `most` has the full colour. */
export const levelOf = (value: number, most: number): number =>
  (Math.round(Math.max(-1, Math.min(1, most > 0 ? value / most : 0)) * LEVELS) + LEVELS) * 4;
