/** One head large: from the token of a row to the token of a column. Zoom, pan, a crosshair that names both, a press that selects. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useCanvas, type Draw } from "../../draw/canvas";
import { colours } from "../../draw/colours";
import { paintRows } from "../../draw/raster";
import { Shades } from "../../draw/ramp";
import { gettext } from "../../i18n";
import { hovered, pick, promptLength } from "../../store/view";
import { isDark } from "../../theming";
import { label } from "../../tokens/pieces";
import { drawOverlay } from "./axes";
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
    const top = paintRows(pixels, width, height, view.value, { line: unitRow }, shades.current[1], from);
    context.putImageData(last.image, 0, 0, 0, top, width, height - top);
    [last.manner, last.rows] = [now, count];
  };
}

const nameOf = (unit: number): string => label(pieceOf(unitAt(unit)));

const overlay: Draw = (context, width, height, ratio) => {
  const inks = colours.value;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const border = unitOf(promptLength.value);
  drawOverlay(
    context,
    width / ratio,
    height / ratio,
    {
      view: view.value,
      nameOf,
      count: unitCount.value,
      selected: unitOf(looking.value),
      cell: cell.value,
      hovered: hovered.value === null ? null : unitOf(hovered.value),
      border: border > 0 ? border : null,
      window: axisWords.value ? null : sliding.value,
    },
    inks,
  );
};

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
