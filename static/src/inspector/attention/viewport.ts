/** Zooming and panning as arithmetic on what is in view. Cells are counted from the top left. Pure. */

import type { View } from "../../draw/raster";

export const CLOSEST = 4; // cells across at most zoom

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(Math.max(low, high), value));

/** `view` moved so that nothing outside `all` is in it. */
export function within(view: View, all: View): View {
  const columns = clamp(view.columns, Math.min(CLOSEST, all.columns), all.columns);
  const rows = clamp(view.rows, Math.min(CLOSEST, all.rows), all.rows);
  return {
    x: clamp(view.x, all.x, all.x + all.columns - columns),
    y: clamp(view.y, all.y, all.y + all.rows - rows),
    columns,
    rows,
  };
}

/** `view` closer by `factor` about the point (`across`, `down`), given as shares of it: what is there stays there. */
export function zoomed(view: View, all: View, factor: number, across = 0.5, down = 0.5): View {
  const most = Math.max(view.columns / Math.min(CLOSEST, all.columns), view.rows / Math.min(CLOSEST, all.rows));
  const by = Math.min(factor, Math.max(1, most));
  const [columns, rows] = [view.columns / by, view.rows / by];
  return within({ x: view.x + across * (view.columns - columns), y: view.y + down * (view.rows - rows), columns, rows }, all);
}

/** `view` moved by so many cells. */
export const panned = (view: View, all: View, columns: number, rows: number): View =>
  within({ ...view, x: view.x + columns, y: view.y + rows }, all);

/** `view` moved just so far that the cell is in it. */
export function revealing(view: View, all: View, column: number, row: number): View {
  const x = clamp(view.x, column + 1 - view.columns, column);
  const y = clamp(view.y, row + 1 - view.rows, row);
  return within({ ...view, x, y }, all);
}

/** Whether everything is in view. */
export const isWhole = (view: View, all: View): boolean => view.columns >= all.columns && view.rows >= all.rows;
