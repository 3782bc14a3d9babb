/** One head large: from the token of a row to the token of a column. Zoom, pan, a crosshair that names both, a press that selects. */

import { computed, untracked, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useCanvas, type Draw } from "../../draw/canvas";
import { colours } from "../../draw/colours";
import { paintRows } from "../../draw/raster";
import { Shades } from "../../draw/ramp";
import { gettext } from "../../i18n";
import { hovered, pick, promptLength } from "../../store/view";
import { isDark } from "../../theming";
import { label } from "../../tokens/pieces";
import { drawOverlay, namesInView, type Names } from "./axes";
import { keyDown, Pointers, showAll, STEP, wheel, zoomBy } from "./gestures";
import { all, cell, isClose, pointAt, view, type Cell } from "./mapState";
import { axisWords, firstRow, looking, manner, pieceOf, unitAt, unitCount, unitOf, unitRow } from "./state";
import { Tip } from "./Tip";
import { sliding } from "./windows";

export function AttentionMap() {
  const map = useCanvas(useRows());
  const over = useCanvas(overlay);
  const pointers = useMemo(() => new Pointers(select), []);
  useWheel(over);
  useEffect(() => () => pointAt(null), []);
  return (
    <div class="map" data-testid="attention-map" data-zoom={(all.value.columns / view.value.columns).toFixed(3)} data-rows={all.value.rows}>
      <div class="map-area">
        <canvas ref={map} class="map-cells" aria-hidden="true" />
        <canvas
          ref={over}
          class={isClose.value ? "map-over close" : "map-over"}
          role="application"
          tabIndex={0}
          aria-label={gettext("Attention map: rows look at columns")}
          aria-describedby="map-help"
          onPointerDown={pointers.start}
          onPointerMove={pointers.move}
          onPointerUp={pointers.end}
          onPointerCancel={pointers.end}
          onPointerLeave={pointers.leave}
          onKeyDown={(event) => keyDown(event, here(), { row: unitCount.value - 1, column: unitCount.value - 1, by: "keyboard" }, select)}
          onBlur={() => pointAt(null)}
        />
        <SelectedRow />
        <Tip />
        <Buttons />
      </div>
      <p id="map-help" class="map-help quiet">
        {gettext("Rows look at columns. Press a row to select its token; wheel or pinch zooms, drag moves, arrows and + − 0 do the same.")}
      </p>
    </div>
  );
}

/** The crosshair, or where it begins: the selected row at the token that it looks at most. */
const here = (): Cell => cell.value ?? { row: unitOf(looking.value), column: Math.max(0, unitOf(looking.value)), by: "keyboard" };

/** Selects the token whose row was pressed: the one that the row chose. */
function select({ row }: Cell): void {
  const step = unitAt(row).to - 1 - firstRow.value;
  if (step >= 0) pick(step);
}

/** A wheel listener that may keep the page from scrolling has to say so when it is added. */
function useWheel(canvas: { current: HTMLCanvasElement | null }): void {
  useEffect(() => {
    const element = canvas.current;
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  }, []);
}

interface Painted {
  manner: string;
  rows: number;
  image: ImageData;
}

/** Paints new rows alone; everything only where the head, the view or the colours are others. */
function useRows(): Draw {
  const painted = useRef<Painted>({ manner: "", rows: 0, image: new ImageData(1, 1) });
  const shades = useRef<[boolean, Shades] | null>(null);
  useSignalEffect(() => {
    shades.current = [isDark.value, new Shades(isDark.value)];
  });
  return (context, width, height) => {
    const last = painted.current;
    const { x, y, columns, rows } = view.value;
    const now = [manner.value, x, y, columns, rows, width, height, isDark.value].join(" ");
    const count = unitCount.value;
    const from = last.manner === now && last.rows <= count ? last.rows - (axisWords.value ? 1 : 0) : 0;
    if (from === count && count > 0) return;
    if (from === 0) last.image = new ImageData(width, height);
    if (shades.current?.[0] !== isDark.value) shades.current = [isDark.value, new Shades(isDark.value)];
    const pixels = new Uint32Array(last.image.data.buffer);
    const { top, bottom } = paintRows(
      pixels,
      width,
      height,
      view.value,
      { line: unitRow },
      shades.current[1],
      from,
      from === 0 ? Infinity : count,
    );
    context.putImageData(last.image, 0, 0, 0, top, width, bottom - top);
    [last.manner, last.rows] = [now, count];
  };
}

const nameOf = (unit: number): string => label(pieceOf(unitAt(unit)));

/** The names on the axes, as one string: it changes only when one is added, not with every token. */
const onAxes = computed(() => JSON.stringify(namesInView(view.value, unitCount.value, nameOf)));
const border = computed(() => unitOf(promptLength.value));

const overlay: Draw = (context, width, height, ratio) => {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const at = cell.value;
  const column = at?.column ?? (hovered.value === null ? null : unitOf(hovered.value));
  drawOverlay(
    context,
    width / ratio,
    height / ratio,
    {
      view: view.value,
      names: JSON.parse(onAxes.value) as Names,
      row: at && { unit: at.row, name: untracked(() => nameOf(at.row)) },
      column: column === null || column < 0 ? null : { unit: column, name: untracked(() => nameOf(column)) },
      border: border.value > 0 ? border.value : null,
      window: axisWords.value ? null : sliding.value,
    },
    colours.value,
  );
};

/** The selected row, as an element of its own: it moves with every token, and nothing is drawn again for it. */
function SelectedRow() {
  const { y, rows } = view.value;
  const row = unitOf(looking.value);
  const [from, size] = [(row - y) / rows, 1 / rows];
  if (row < 0 || from <= -size || from >= 1) return null;
  return (
    <div class="map-row" style={{ "--from": from, "--size": size }} aria-hidden="true">
      <span>{nameOf(row)}</span>
    </div>
  );
}

function Buttons() {
  return (
    <div class="map-buttons" role="group" aria-label={gettext("Zoom")}>
      <button type="button" class="icon" aria-label={gettext("Closer")} onClick={() => zoomBy(STEP)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 3v10M3 8h10" />
        </svg>
      </button>
      <button type="button" class="icon" aria-label={gettext("Farther")} disabled={!isClose.value} onClick={() => zoomBy(1 / STEP)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 8h10" />
        </svg>
      </button>
      <button type="button" class="icon" aria-label={gettext("Everything")} disabled={!isClose.value} onClick={showAll}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M6 2H2v4m8-4h4v4M6 14H2v-4m8 4h4v-4" />
        </svg>
      </button>
    </div>
  );
}
