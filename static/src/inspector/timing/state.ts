/** The time line as it is looked at: its spans, the window on them. */

import { computed, signal } from "@preact/signals";
import { run, shownTokens, step } from "../../store/view";
import { endOf, spansOf, type Span } from "./spans";
import { panned, showing, within, zoomed, type Window } from "./window";

export const spans = computed<Span[]>(() => {
  const { started, prefilled, several } = run.value;
  return spansOf({ started, prefilled, several, tokens: shownTokens.value });
});
/** Of each step: from the end of the token before to its token. */
const windows = computed(() => {
  const found = new Map<number, Window>();
  for (const { step, from, to } of spans.value) if (step >= 0) found.set(step, { from: found.get(step)?.from ?? from, to });
  return found;
});
export const spanOf = (step: number): Window | null => windows.value.get(step) ?? null;
export const total = computed(() => endOf(spans.value));

const chosen = signal<{ run: string | null; window: Window } | null>(null);

/** What is shown: everything, until somebody looks closer at this run. */
export const view = computed<Window>(() => {
  const window = chosen.value?.run === run.value.id ? chosen.value.window : null;
  return window ? within(window, total.value) : { from: 0, to: total.value };
});
export const isWhole = computed(() => view.value.to - view.value.from >= total.value);

const show = (window: Window | null): void => void (chosen.value = window && { run: run.peek().id, window });

export const showAll = (): void => show(null);
export const pan = (byMs: number): void => show(panned(view.peek(), byMs, total.peek()));

/** Around `at`, or the selected step where it is in sight, or the middle. */
export function zoom(factor: number, at?: number): void {
  const { from, to } = view.peek();
  const selected = spanOf(step.peek());
  const seen = selected && selected.from >= from && selected.to <= to ? (selected.from + selected.to) / 2 : (from + to) / 2;
  show(zoomed(view.peek(), factor, at ?? seen, total.peek()));
}

export function showFirst(): void {
  const first = spanOf(run.peek().several.given.length);
  if (first) show({ from: 0, to: first.to });
}

/** Brings the selected step into sight, where the person has looked closer. */
export function reveal(): void {
  const selected = spanOf(step.value);
  if (!selected || chosen.peek()?.run !== run.peek().id) return;
  const next = showing(view.peek(), selected, total.peek());
  if (next !== view.peek()) show(next);
}

/** Whose step the moment `ms` belongs to; null before the first. */
export const stepAt = (ms: number): number | null => {
  const found = spans.peek().find(({ from, to }) => from <= ms && ms < to);
  return found && found.step >= 0 ? found.step : null;
};
