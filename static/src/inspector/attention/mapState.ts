/** What of the large map is in view, and the cell under the pointer or the keyboard. */

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { View } from "../../draw/raster";
import { roomFor } from "../../draw/spans";
import { hovered, lane } from "../../store/view";
import { byWords, firstRow, live, unitAt, unitCount, unitOf, unitRow, whole } from "./state";
import { isWhole, within } from "./viewport";

export interface Cell {
  row: number;
  column: number;
  by: "pointer" | "touch" | "keyboard"; // what touch pointed at stays when the finger is gone
}

export const cell = signal<Cell | null>(null);

/** A view that stays the same one while nothing of it changes: then nothing is drawn again for a new token. */
function steady(compute: () => View): ReadonlySignal<View> {
  let last: View | null = null;
  return computed(() => {
    const next = compute();
    last = last && last.x === next.x && last.y === next.y && last.columns === next.columns && last.rows === next.rows ? last : next;
    return last;
  });
}

/** Everything that there is, in units; a little more while it grows. */
export const all = steady(() => {
  const [count, y] = [unitCount.value, whole.value ? 0 : Math.max(0, unitOf(firstRow.value))];
  const room = live.value ? roomFor : (wanted: number) => Math.max(1, wanted);
  return { x: 0, y, columns: room(count), rows: room(count - y) };
});

/** The text and its units, as one string: of another, what was in view means nothing. Known as soon as the run is named. */
const text = computed(() => `${lane.value?.id} ${byWords.value} ${whole.value}`);

/** The part that was zoomed to, and of which text; null: everything. */
const zoomedTo = signal<{ text: string; view: View } | null>(null);
export const closer = computed<View | null>(() => (zoomedTo.value?.text === text.value ? zoomedTo.value.view : null));
export const view = steady(() => (closer.value ? within(closer.value, all.value) : all.value));
export const isClose = computed(() => closer.value !== null);

export const show = (wanted: View): void => zoomTo(isWhole(wanted, all.peek()) ? null : wanted);

/** Shows just that part, also before the text has grown to it; null: everything. */
export const zoomTo = (wanted: View | null): void => void (zoomedTo.value = wanted && { text: text.peek(), view: wanted });

effect(() => {
  void text.value;
  cell.value = null;
});

export function pointAt(next: Cell | null): void {
  cell.value = next;
  hovered.value = next && unitAt(next.column).from;
}

export interface Weight {
  value: number;
  step: number; // that it was rounded to; 0 where it was made of several
}

/** The weight in a cell; null where no row is, or what lies ahead. */
export function weightIn({ row, column }: Cell): Weight | null {
  const line = unitRow(row);
  const value = line?.weights[column];
  if (!line || value === undefined) return null;
  return { value: value * line.scale, step: line.weights instanceof Uint8Array ? line.scale : 0 };
}
