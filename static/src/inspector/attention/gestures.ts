/** Pointers, wheel and keys on the large map. Knows cells and views, not what is in them. */

import { all, cell, isClose, pointAt, show, view, type Cell } from "./mapState";
import { GUTTER } from "./axes";
import { panned, revealing, zoomed } from "./viewport";

export const STEP = 1.5; // of a button or key
const WHEEL = 0.0025; // of zoom to a pixel of the wheel; a pinch on a touch pad sends smaller ones
const PINCH_WHEEL = 0.012;
const DRAG = 4; // pixels that make a press a drag

export const zoomBy = (factor: number, across?: number, down?: number): void => show(zoomed(view.peek(), all.peek(), factor, across, down));
export const showAll = (): void => show(all.peek());

/** Where the event is, as shares of the map's own area. */
function placeOf(event: MouseEvent): { across: number; down: number; width: number; height: number } {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const [width, height] = [box.width - GUTTER.left, box.height - GUTTER.top];
  return { across: (event.clientX - box.left - GUTTER.left) / width, down: (event.clientY - box.top - GUTTER.top) / height, width, height };
}

function cellAt(event: MouseEvent): Cell | null {
  const { across, down } = placeOf(event);
  if (across < 0 || down < 0 || across >= 1 || down >= 1) return null;
  const { x, y, columns, rows } = view.peek();
  return { row: Math.floor(y + down * rows), column: Math.floor(x + across * columns), by: "pointer" };
}

/** The wheel zooms a map that has the focus, or with Ctrl; otherwise it scrolls the panel, as everywhere. */
export function wheel(event: WheelEvent): void {
  if (!event.ctrlKey && !event.metaKey && document.activeElement !== event.currentTarget) return;
  event.preventDefault();
  const { across, down } = placeOf(event);
  zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? PINCH_WHEEL : WHEEL)), across, down);
}

/** Pointing, dragging, pinching. `pressed` gets the cell of a press that was no drag. */
export class Pointers {
  private readonly down = new Map<number, PointerEvent>();
  private dragged = false;

  constructor(private readonly pressed: (cell: Cell) => void) {}

  start = (event: PointerEvent): void => {
    this.down.set(event.pointerId, event);
    this.dragged = this.down.size > 1;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };

  move = (event: PointerEvent): void => {
    const before = this.down.get(event.pointerId);
    if (!before || event.pointerType === "mouse") pointAt(cellAt(event));
    if (!before) return;
    if (this.down.size === 2) this.pinch(event, before);
    else this.drag(event, before);
  };

  end = (event: PointerEvent): void => {
    const found = this.down.delete(event.pointerId) && !this.dragged ? cellAt(event) : null;
    if (found) this.pressed(found);
    if (found && event.pointerType !== "mouse") pointAt({ ...found, by: "touch" });
  };

  leave = (): void => {
    if (cell.peek()?.by === "pointer") pointAt(null);
  };

  private drag(event: PointerEvent, before: PointerEvent): void {
    const [across, down] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (!this.dragged && Math.hypot(across, down) < DRAG) return;
    this.dragged = true;
    this.down.set(event.pointerId, event);
    const { width, height } = placeOf(event);
    const { columns, rows } = view.peek();
    if (isClose.peek()) show(panned(view.peek(), all.peek(), (-across / width) * columns, (-down / height) * rows));
  }

  private pinch(event: PointerEvent, before: PointerEvent): void {
    const other = [...this.down.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    this.down.set(event.pointerId, event);
    if (!other) return;
    const apart = (one: PointerEvent) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const { across, down } = placeOf(event);
    const there = placeOf({ currentTarget: event.currentTarget, clientX: other.clientX, clientY: other.clientY } as PointerEvent);
    zoomBy(apart(event) / Math.max(1, apart(before)), (across + there.across) / 2, (down + there.down) / 2);
  }
}

const MOVES: Record<string, [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
const ZOOMS: Record<string, () => void> = {
  "+": () => zoomAtCell(STEP),
  "=": () => zoomAtCell(STEP),
  "-": () => zoomAtCell(1 / STEP),
  "0": showAll,
};

/** The arrows move the crosshair and take the view along; + and − zoom about it. `pressed` gets its cell on Enter. */
export function keyDown(event: KeyboardEvent, at: Cell, last: Cell, pressed: (cell: Cell) => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const [down, right] = MOVES[event.key] ?? [0, 0];
  const act =
    ZOOMS[event.key] ??
    (down || right ? () => go(at, last, down, right, event.shiftKey) : undefined) ??
    { Enter: () => pressed(at), Escape: () => pointAt(null) }[event.key];
  if (!act || (event.key === "Escape" && !cell.peek())) return;
  event.preventDefault();
  act();
}

function zoomAtCell(factor: number): void {
  const { x, y, columns, rows } = view.peek();
  const at = cell.peek();
  if (at) zoomBy(factor, (at.column + 0.5 - x) / columns, (at.row + 0.5 - y) / rows);
  else zoomBy(factor);
}

/** One cell on, with Shift ten; the first press only shows where the crosshair is. */
function go(at: Cell, last: Cell, down: number, right: number, far: boolean): void {
  const by = cell.peek() ? (far ? 10 : 1) : 0;
  const row = Math.max(all.peek().y, Math.min(last.row, at.row + by * down));
  const column = Math.max(0, Math.min(last.column, at.column + by * right));
  pointAt({ row, column, by: "keyboard" });
  show(revealing(view.peek(), all.peek(), column, row));
}
