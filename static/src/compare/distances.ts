/** Distances of two lanes step by step, as they come and as they are kept. Pure. */

import type { Measure } from "./measure";

/** One value per step from the first on: divergences in nats, and the share of common candidates. */
export type Distances = Record<Measure | "overlap", Float32Array>;

const NAMES = ["kl", "reverse_kl", "js", "overlap"] as const;
const each = (of: (name: (typeof NAMES)[number]) => Float32Array): Distances => ({
  kl: of("kl"),
  reverse_kl: of("reverse_kl"),
  js: of("js"),
  overlap: of("overlap"),
});

export const NOTHING: Distances = each(() => new Float32Array());

export const stepsOf = ({ kl }: Distances): number => kl.length;

/** The steps of `before`, then those of `more`. */
export const joined = (before: Distances, more: Distances): Distances =>
  each((name) => {
    const all = new Float32Array(before[name].length + more[name].length);
    all.set(before[name]);
    all.set(more[name], before[name].length);
    return all;
  });
