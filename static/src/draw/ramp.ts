/** The ramp of weights on canvas: 256 steps of lightness in one hue, so that it reads without seeing colour. */

export type Ramp = Uint8ClampedArray; // (256, 4) RGBA

type Stop = readonly [number, number, number];
const LIGHT: readonly Stop[] = [[247, 248, 250], [173, 203, 238], [58, 120, 200], [17, 45, 96]]; // prettier-ignore
const DARK: readonly Stop[] = [[20, 23, 28], [33, 68, 122], [74, 143, 224], [214, 234, 255]]; // prettier-ignore

/** Small weights are the rule, so the ramp is spread by the square root. */
export function ramp(dark: boolean): Ramp {
  const stops = dark ? DARK : LIGHT;
  const colours = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level++) colours.set([...mix(stops, Math.sqrt(level / 255)), 255], level * 4);
  return colours;
}

function mix(stops: readonly Stop[], at: number): number[] {
  const place = at * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(place));
  const [a, b] = [stops[from] ?? [0, 0, 0], stops[from + 1] ?? [0, 0, 0]];
  return [0, 1, 2].map((channel) => (a[channel] ?? 0) + (place - from) * ((b[channel] ?? 0) - (a[channel] ?? 0)));
}
