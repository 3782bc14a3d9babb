/** Layers by heads, each a thumbnail on one canvas. The pointer shows a head, a press holds it; the arrows go from one to the next. */

import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useCanvas, type Draw } from "../../draw/canvas";
import { Shades } from "../../draw/ramp";
import { roomFor } from "../../draw/spans";
import { fill, gettext } from "../../i18n";
import { keyOf, MEAN, sameHead, type Head } from "../../store/attention";
import { head, hideFirst } from "../../store/view";
import { isDark } from "../../theming";
import { GridPainter, type Lattice, type Thumbnails } from "./gridPainter";
import { fed, pooled, tiles } from "./thumbs";
import { headTitle } from "./titles";
import { columns, firstRow, held, hold, layers, live, pointed, runId, shownHead, watched, whole } from "./state";

export function Grid() {
  const canvas = useCanvas(useThumbnails());
  return (
    <div
      class="attention-grid"
      data-testid="attention-grid"
      role="group"
      aria-label={gettext("Layers and heads")}
      style={{ "--columns": columns.value.length, "--layers": layers.value.length }}
      onKeyDown={keyDown}
      onPointerLeave={() => (pointed.value = null)}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {columns.value.map((column, place) => (
        <span class="axis" key={`c${column}`} aria-hidden="true" style={{ gridArea: `1 / ${place + 2}` }}>
          {column === MEAN ? gettext("mean") : `H${column}`}
        </span>
      ))}
      {layers.value.map((layer, place) => (
        <Layer key={layer} layer={layer} row={place + 2} />
      ))}
    </div>
  );
}

/** Draws what is new; everything only when the heads, the colours, the size or the extent are others. */
function useThumbnails(): Draw {
  const painter = useRef(new GridPainter());
  const drawn = useRef({ manner: "", positions: 0 });
  const gap = useRef({ of: "", pixels: 0 });
  return (context, width, height, ratio) => {
    const what = thumbnails();
    const { columnsTo, first, rowsTo, prompt, withFirst } = what;
    const manner = [
      runId.value,
      width,
      height,
      columnsTo,
      first,
      rowsTo,
      withFirst,
      prompt?.levels.size,
      isDark.value,
      what.heads.length,
    ].join(" ");
    const positions = what.origin + fed.value;
    const before = drawn.current;
    const from = before.manner === manner && before.positions <= positions ? before.positions : 0;
    const size = [width, height, ratio].join(" ");
    if (gap.current.of !== size) gap.current = { of: size, pixels: gapOf(ratio) };
    if (from < positions || from === 0)
      painter.current.paint(context, lattice(width, height, gap.current.pixels), what, shades(), from, positions);
    drawn.current = { manner, positions };
  };
}

/** The style sheet's var(--s1) in device pixels. To ask for it makes the browser style the page at once: only when the size is another. */
const gapOf = (ratio: number): number => 0.25 * parseFloat(getComputedStyle(document.documentElement).fontSize) * ratio;

const shades = (): Shades => (isDark.value ? (dark ??= new Shades(true)) : (light ??= new Shades(false)));
let light: Shades | undefined;
let dark: Shades | undefined;

export function thumbnails(): Thumbnails {
  const [origin, rows] = [firstRow.value, fed.value];
  const room = live.value ? roomFor : (count: number) => Math.max(1, count);
  const first = whole.value ? 0 : origin;
  return {
    heads: watched.value,
    layers: layers.value,
    columns: columns.value,
    tiles,
    prompt: whole.value ? pooled.value : null,
    withFirst: !hideFirst.value,
    columnsTo: room(origin + rows),
    first,
    rowsTo: first + room(origin + rows - first),
    origin,
  };
}

/** The canvas lies behind the buttons, whose gaps the style sheet sets. */
function lattice(width: number, height: number, gap: number): Lattice {
  const [right, below] = [(width + gap) / columns.value.length, (height + gap) / layers.value.length];
  return { width: Math.round(right - gap), height: Math.round(below - gap), right, below };
}

const MOVES: Record<string, [layers: number, heads: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** One stop for the tab key; the arrows go from head to head, over those that are not there. */
function keyDown(event: KeyboardEvent): void {
  const end = { Home: 0, End: -1 }[event.key];
  const [down, right] = MOVES[event.key] ?? [0, 0];
  if (end === undefined && !down && !right) return;
  event.preventDefault();
  const next = end === undefined ? neighbour(shownHead.value, down, right) : watched.value.at(end);
  if (!next) return;
  pointed.value = null;
  head.value = next;
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-layer="${next.layer}"][data-head="${next.head}"]`)?.focus();
}

/** The next head in that direction that was watched. */
function neighbour({ layer, head: column }: Head, down: number, right: number): Head | undefined {
  let [row, place] = [layers.value.indexOf(layer), columns.value.indexOf(column)];
  let next: Head | undefined;
  do {
    [row, place] = [row + down, place + right];
    const [at, to] = [layers.value[row], columns.value[place]];
    if (at === undefined || to === undefined) return undefined;
    next = watched.value.find((other) => sameHead(other, { layer: at, head: to }));
  } while (!next);
  return next;
}

function Layer({ layer, row }: { layer: number; row: number }) {
  const there = new Set(watched.value.map(keyOf));
  return (
    <>
      <span class="axis" aria-hidden="true" title={fill(gettext("Layer %(layer)s"), { layer })} style={{ gridArea: `${row} / 1` }}>
        L{layer}
      </span>
      {columns.value.map((column, place) => (
        <Thumbnail
          key={column}
          of={{ layer, head: column }}
          there={there.has(keyOf({ layer, head: column }))}
          area={`${row} / ${place + 2}`}
        />
      ))}
    </>
  );
}

/** Drawn anew only when it becomes the shown one or is so no longer. */
function Thumbnail({ of, there, area }: { of: Head; there: boolean; area: string }) {
  const { layer, head: column } = of;
  const shown = useComputed(() => shownHead.value.layer === layer && shownHead.value.head === column);
  const stop = useComputed(() => shown.value || (shownHead.value.layer < 0 && layer === layers.value[0] && column === columns.value[0]));
  const locked = useComputed(() => shown.value && held.value);
  return (
    <button
      type="button"
      class={locked.value ? "thumbnail held" : "thumbnail"}
      aria-label={headTitle(of)}
      aria-pressed={shown.value}
      tabIndex={stop.value ? 0 : -1}
      disabled={!there}
      style={{ gridArea: area }}
      data-layer={layer}
      data-head={column}
      onClick={() => hold(of)}
      onPointerEnter={({ pointerType }) => pointerType === "mouse" && !held.value && (pointed.value = of)}
    />
  );
}
