/** Where the candidates of a beam search stand: a column a step, a row a candidate. Pure. */

import { candidateAt, childrenOf, isSame, parentOf, type Search, type Spot } from "./beams";

export const [COLUMN, ROW, CELL, HEAD] = [148, 26, 116, 22];
const FLAG = 16; // CSS pixels behind the last column
const MIDDLE = ROW / 2;

export const xOf = (step: number): number => step * COLUMN;
export const yOf = (place: number): number => HEAD + place * ROW;

export interface Extent {
  width: number;
  height: number;
}

export function extentOf(search: Search): Extent {
  const most = Math.max(0, ...search.map(({ candidates }) => candidates.length));
  return { width: Math.max(0, search.length * COLUMN - (COLUMN - CELL) + FLAG), height: HEAD + most * ROW };
}

/** The steps of which something stands between two places, and the one before, from which edges come. */
export function stepsIn(search: Search, left: number, right: number): number[] {
  const from = Math.max(0, Math.floor(left / COLUMN) - 1);
  const to = Math.min(search.length - 1, Math.ceil(right / COLUMN));
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => from + k);
}

/** The line from what a candidate goes on from; null at the first step. */
export function edge(search: Search, spot: Spot): string | null {
  const from = parentOf(search, spot);
  if (!from) return null;
  const [x1, y1, x2, y2] = [xOf(from.step) + CELL, yOf(from.place) + MIDDLE, xOf(spot.step), yOf(spot.place) + MIDDLE];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** Where a key leads from a candidate; null where it leads nowhere. */
export function neighbourOf(search: Search, spot: Spot, key: string): Spot | null {
  const exists = (to: Spot): Spot | null => (candidateAt(search, to) ? to : null);
  switch (key) {
    case "ArrowUp":
      return exists({ ...spot, place: spot.place - 1 });
    case "ArrowDown":
      return exists({ ...spot, place: spot.place + 1 });
    case "ArrowLeft":
      return parentOf(search, spot);
    case "ArrowRight":
      return childrenOf(search, spot)[0] ?? null;
    case "Home":
      return exists({ step: 0, place: 0 });
    case "End":
      return exists({ step: search.length - 1, place: 0 });
    default:
      return null;
  }
}

/** Whether a candidate is on the line that leads. */
export const isOn = (leads: readonly Spot[], spot: Spot): boolean => isSame(leads[spot.step] ?? null, spot);
