/** Layers by positions as a grid of which only the columns in view exist. One stop for the tab key; the arrows move within. */

import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { gettext } from "../../i18n";
import { hovered, pick, promptLength } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { pieceAt } from "../attention/state";
import { LensCell } from "./LensCell";
import { afterLayer, rowName } from "./rows";
import { about, length, pointed, position, rows, shownPlace, table, type Place } from "./state";

const BESIDE = 4; // columns drawn and asked for to either side of those in view
const inView = signal<[number, number]>([0, 12]); // columns, of the scroller
const columns = computed(() => Math.max(0, length.value - 1));
const active = computed(() => `lens-${shownPlace.value.row}-${shownPlace.value.position}`);

export function LensGrid() {
  const scroller = useRef<HTMLDivElement>(null);
  const total = columns.value;
  const [first, last] = inView.value;
  const [from, to] = [Math.max(0, first - BESIDE), Math.min(total, last + BESIDE)];
  useScrolling(scroller);
  useEffect(() => {
    if (to > from) table.want(about.value, from + 1, to + 1);
  }, [about.value, from, to]);
  useEffect(() => () => table.rest(), []);
  useEffect(() => reveal(scroller.current, position.value), [position.value, about.value]);
  void table.version.value;
  const positions = Array.from({ length: Math.max(0, to - from) }, (_, k) => from + 1 + k);
  return (
    <div
      class="lens-grid"
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={gettext("Layers and positions")}
      aria-rowcount={rows.value + 1}
      aria-colcount={total + 1}
      aria-activedescendant={active}
      data-testid="lens"
      style={{ "--columns": total }}
      onKeyDown={(event) => keyDown(event, scroller.current)}
      onPointerOver={pointerOver}
      onPointerLeave={leave}
      onBlur={leave}
      onClick={click}
    >
      <Chosen positions={positions} />
      {Array.from({ length: rows.value }, (_, row) => (
        <div class="lens-row" role="row" aria-rowindex={row + 2} key={row}>
          <span class="lens-layer" role="rowheader" aria-colindex={1} title={afterLayer(row)}>
            {rowName(row)}
          </span>
          {positions.map((at) => (
            <LensCell key={at} row={row} position={at} column={table.at(at)} />
          ))}
        </div>
      ))}
      <Marks />
    </div>
  );
}

/** Laid over the cells, so that pointing draws none of them again. */
function Marks() {
  const [place, lit] = [pointed.value, hovered.value];
  return (
    <div class="lens-marks" aria-hidden="true">
      {position.value > 0 && <i class="lens-selected" style={{ "--at": position.value - 1 }} />}
      {lit !== null && lit > 0 && lit < length.value && <i class="lens-lit" style={{ "--at": lit - 1 }} />}
      {place && <i class="lens-pointed" style={{ "--at": place.position - 1, "--row": place.row }} />}
    </div>
  );
}

/** The text itself, above what each layer would have put there. */
function Chosen({ positions }: { positions: number[] }) {
  return (
    <div class="lens-row lens-text" role="row" aria-rowindex={1}>
      <span class="lens-layer" role="columnheader" aria-colindex={1}>
        <span class="visually-hidden">{gettext("Layer")}</span>
      </span>
      {positions.map((at) => (
        <span
          key={at}
          class={at < promptLength.value ? "lens-token prompt" : "lens-token"}
          role="columnheader"
          aria-colindex={at + 1}
          aria-current={at === position.value}
          data-position={at}
          style={{ "--at": at - 1 }}
        >
          <Piece of={pieceAt(at)} />
        </span>
      ))}
    </div>
  );
}

/** The width of a column in pixels. */
const widthOf = (scroller: HTMLElement): number => scroller.querySelector<HTMLElement>("[data-position]")?.offsetWidth || 76;
const headOf = (scroller: HTMLElement): number => scroller.querySelector<HTMLElement>(".lens-layer")?.offsetWidth ?? 0;

function useScrolling(scroller: { current: HTMLDivElement | null }): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => (inView.value = viewOf(element, inView.peek()));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
}

/** The same object while the same columns are in view. */
function viewOf(element: HTMLElement, before: [number, number]): [number, number] {
  const width = widthOf(element);
  const first = Math.floor(element.scrollLeft / width);
  const last = Math.ceil((element.scrollLeft + element.clientWidth - headOf(element)) / width);
  return first === before[0] && last === before[1] ? before : [first, last];
}

/** Scrolls sideways until `at` is in view, and no further than needed unless it was far away. */
function reveal(scroller: HTMLElement | null, at: number): void {
  if (!scroller || at < 1) return;
  const [width, room] = [widthOf(scroller), scroller.clientWidth - headOf(scroller)];
  const left = (at - 1) * width;
  if (left >= scroller.scrollLeft && left + width <= scroller.scrollLeft + room) return;
  const near = Math.abs(left + width / 2 - scroller.scrollLeft - room / 2) < room;
  if (!near) scroller.scrollLeft = left - room / 2;
  else scroller.scrollLeft = left < scroller.scrollLeft ? left - width : left + 2 * width - room;
}

const placeOf = ({ target }: Event): Place | null => {
  const cell = (target as Element | null)?.closest<HTMLElement>("[data-position]");
  return cell ? { row: Number(cell.dataset.row ?? rows.value - 1), position: Number(cell.dataset.position) } : null;
};

function pointerOver(event: PointerEvent): void {
  const place = placeOf(event);
  if (place) point(place);
}

function point(place: Place): void {
  pointed.value = place;
  hovered.value = place.position;
}

function leave(): void {
  pointed.value = null;
  hovered.value = null;
}

/** A token of the output is selected where it is; those of the prompt were not chosen. */
function click(event: MouseEvent): void {
  const place = placeOf(event);
  if (place && place.position >= promptLength.value) pick(place.position - promptLength.value);
}

const MOVES: Record<string, (at: Place) => Place> = {
  ArrowLeft: ({ row, position }) => ({ row, position: position - 1 }),
  ArrowRight: ({ row, position }) => ({ row, position: position + 1 }),
  ArrowUp: ({ row, position }) => ({ row: row - 1, position }),
  ArrowDown: ({ row, position }) => ({ row: row + 1, position }),
  Home: ({ row }) => ({ row, position: 1 }),
  End: ({ row }) => ({ row, position: columns.value }),
};

function keyDown(event: KeyboardEvent, scroller: HTMLElement | null): void {
  const move = MOVES[event.key];
  const at = shownPlace.value;
  if (event.key === "Enter" && at.position >= promptLength.value) return pick(at.position - promptLength.value);
  if (!move || event.altKey || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const next = move(at);
  point({ row: Math.max(0, Math.min(rows.value - 1, next.row)), position: Math.max(1, Math.min(columns.value, next.position)) });
  reveal(scroller, pointed.value?.position ?? 1);
  const row = pointed.value?.row ?? 0;
  scroller?.querySelectorAll(".lens-row")[row + 1]?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
