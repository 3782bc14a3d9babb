/** What somebody looks at, as a plain map that travels, and which values each name may have. Pure. */

import type { View } from "../draw/raster";

export type Value = boolean | number | string | null;
export type Looked = Record<string, Value>;

const MOST_LAYERS = 10_000;
const MOST_CANDIDATES = 200; // that a step can be asked for
const FARTHEST = 1e7; // steps, cells

type Fits = (value: unknown) => boolean;
const flag: Fits = (value) => typeof value === "boolean";
const oneOf =
  (...names: string[]): Fits =>
  (value) =>
    names.includes(value as string);
const between = (low: number, high: number, value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= low && value <= high;
const isWhole =
  (low: number, high: number): Fits =>
  (value) =>
    Number.isInteger(value) && between(low, high, value);
const orNull =
  (fits: Fits): Fits =>
  (value) =>
    value === null || fits(value);
const layer = isWhole(-2, MOST_LAYERS); // negative: what is made of all
const cells = orNull((value) => between(0, FARTHEST, value));

/** By name, what its value may be. */
export const FITS = {
  picked: orNull(isWhole(0, FARTHEST)),
  tab: oneOf("choice", "attention", "layers", "timing", "whatif", "tree", "code"),
  metric: oneOf("probability", "surprisal", "entropy", "rank"),
  stage: orNull((value) => typeof value === "string" && /^[a-z_]{1,40}$/.test(value)), // of the waterfall, explained
  unit: oneOf("probability", "logit", "rank"),
  scale: oneOf("linear", "log", "logit"),
  candidates: orNull(isWhole(1, MOST_CANDIDATES)),
  hideFirst: flag,
  whole: flag,
  byWords: flag,
  layersView: oneOf("lens", "attribution", "head"),
  shows: oneOf("probability", "rank", "entropy"),
  layer,
  head: layer,
  zoomX: cells, // of the attention map; all null: everything
  zoomY: cells,
  zoomColumns: cells,
  zoomRows: cells,
} satisfies Record<string, Fits>;

/** What of `view` is known and fits. The rest is of another version of the page, or of no page at all. */
export function fitting(view: Readonly<Record<string, unknown>>): Looked {
  const known = Object.entries(FITS).filter(([name, fits]) => name in view && fits(view[name]));
  return Object.fromEntries(known.map(([name]) => [name, view[name] as Value]));
}

/** The part of the attention map that `view` names; null: all of it. */
export function zoomIn({ zoomX: x, zoomY: y, zoomColumns: columns, zoomRows: rows }: Looked): View | null {
  const numbers = typeof x === "number" && typeof y === "number" && typeof columns === "number" && typeof rows === "number";
  return numbers && columns > 0 && rows > 0 ? { x, y, columns, rows } : null;
}
