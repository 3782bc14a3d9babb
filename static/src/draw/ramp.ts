/** The ramp of weights on canvas: lightness in one hue, so that it reads without seeing colour. */

type Stop = readonly number[]; // red, green, blue
const LIGHT: readonly Stop[] = [[247, 248, 250], [173, 203, 238], [58, 120, 200], [17, 45, 96]]; // prettier-ignore
const DARK: readonly Stop[] = [[20, 23, 28], [33, 68, 122], [74, 143, 224], [214, 234, 255]]; // prettier-ignore
const COUNT = 4096; // so many that a weight of 1/2048 is not nothing

/** A pixel for every weight, as `Uint32` of little-endian RGBA. Small weights are the rule, so the ramp is spread by the square root. */
export class Shades {
  private readonly colours = new Uint32Array(COUNT);

  constructor(dark: boolean) {
    const stops = dark ? DARK : LIGHT;
    for (let level = 0; level < COUNT; level++) this.colours[level] = pixel(interpolate(stops, Math.sqrt(level / (COUNT - 1))));
  }

  /** The colour of `weight`, 0 to 1. */
  of(weight: number): number {
    return this.colours[Math.min(COUNT - 1, (weight * COUNT) | 0)] ?? 0;
  }
}

const pixel = ([r = 0, g = 0, b = 0]: number[]): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** The colour at `at`, 0 to 1, between evenly spread stops. */
export function interpolate(stops: readonly Stop[], at: number): number[] {
  const place = at * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(place));
  const [a, b] = [stops[from] ?? [0, 0, 0], stops[from + 1] ?? [0, 0, 0]];
  return [0, 1, 2].map((channel) => Math.round((a[channel] ?? 0) + (place - from) * ((b[channel] ?? 0) - (a[channel] ?? 0))));
}
