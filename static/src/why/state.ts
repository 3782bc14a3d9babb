/** Which cards are open: the one beside the token that is pointed at, and up to two that are pinned. */

import { computed, signal } from "@preact/signals";
import { lane, step, token } from "../store/view";

const MOST_PINNED = 2; // to compare
const OPEN_MS = 450; // a pointer that only passes by opens nothing
const CLOSE_MS = 250; // time to reach the card

export interface Hover {
  step: number;
  element: HTMLElement;
}

export const hover = signal<Hover | null>(null);
const pins = signal<{ lane: unknown; steps: number[] }>({ lane: null, steps: [] });

/** Steps of the run on the screen whose cards are pinned, oldest first. */
export const pinned = computed(() => (pins.value.lane === lane.value ? pins.value.steps : []));

let timer: ReturnType<typeof setTimeout> | undefined;

export function soon(wanted: Hover): void {
  clearTimeout(timer);
  timer = setTimeout(() => (hover.value = wanted), OPEN_MS);
}

export function keep(): void {
  clearTimeout(timer);
}

export function later(): void {
  clearTimeout(timer);
  timer = setTimeout(close, CLOSE_MS);
}

export function close(): void {
  clearTimeout(timer);
  hover.value = null;
}

/** Pins the card of `at`, or takes it off; the oldest makes room for a third. */
export function pin(at: number): void {
  const had = pinned.peek();
  const steps = had.includes(at) ? had.filter((other) => other !== at) : [...had, at].slice(-MOST_PINNED);
  pins.value = { lane: lane.peek(), steps };
  close();
}

/** The card in sight, or that of the selected token. */
export function pinCurrent(): void {
  if (hover.value) pin(hover.value.step);
  else if (token.value) pin(step.value);
}
