/** The step that is looked at in all lanes at once, and where the lanes part. */

import { computed, signal } from "@preact/signals";
import { calm } from "../store/paced";
import { firstDifference, newestStep } from "./alignment";
import { runs, stateOf } from "./runs";
import { sides } from "./sides";

const CALM_MS = 75;

/** The step that the person picked; null follows the newest. */
export const picked = signal<number | null>(null);

const states = computed(() => sides.value.map(({ key }) => stateOf(key)));
/** Steps of the longest lane. */
export const length = computed(() => Math.max(0, ...states.value.map(({ tokens }) => tokens.length)));
const newest = calm(
  computed(() => newestStep(states.value)),
  CALM_MS,
);
export const step = computed(() => picked.value ?? newest.value);

export function pick(to: number): void {
  picked.value = length.value === 0 ? null : Math.max(0, Math.min(length.value - 1, to));
}

export const first = computed(() => sides.value[0]?.key ?? 0);

/** The step at which each other lane parts from the first, by its key. */
export const partings = computed<ReadonlyMap<number, number | null>>(() => {
  const one = stateOf(first.value);
  return new Map(sides.value.slice(1).map(({ key }) => [key, runs.value.has(key) ? firstDifference(one, stateOf(key)) : null]));
});

/** The first step at which any lane parts from the first. */
export const parting = computed(() => {
  const steps = [...partings.value.values()].filter((step) => step !== null);
  return steps.length > 0 ? Math.min(...steps) : null;
});

export const partingOf = (key: number): number | null => (key === first.value ? parting.value : (partings.value.get(key) ?? null));

export const follow = (): void => {
  picked.value = null;
};
