/** One row of attention as bars over the tokens or words. Pointing at a bar lights its token in the text, and the other way round. */

import { signal } from "@preact/signals";
import { scaleLinear } from "d3-scale";
import { useEffect } from "preact/hooks";
import { colours } from "../../draw/colours";
import { useCanvas, type Draw } from "../../draw/canvas";
import { fill, gettext } from "../../i18n";
import { percent } from "../../numbers";
import { hovered, promptLength } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { pieceOf, unitAt, unitOf } from "./state";

const TOP = 8; // device-independent pixels above the tallest bar
const row = signal(new Float32Array());

const draw: Draw = (context, width, height, ratio) => {
  const { accent, faint, warm, line } = colours.value;
  const values = row.value;
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const y = scaleLinear([0, most], [height - ratio, TOP * ratio]);
  const each = width / values.length;
  context.clearRect(0, 0, width, height);
  context.fillStyle = faint;
  const border = unitOf(promptLength.value);
  context.fillRect(0, 0, each * (border < 0 ? values.length : border), height);
  const lit = hovered.value === null ? -1 : unitOf(hovered.value);
  const bar = (place: number, value: number) =>
    context.fillRect(place, y(value), Math.max(ratio, each - (each > 4 * ratio ? ratio : 0)), height - ratio - y(value));
  context.fillStyle = accent;
  if (each < 1) tallest(values, width).forEach((value, x) => bar(x, value));
  else values.forEach((value, position) => bar(position * each, value));
  context.fillStyle = warm;
  if (lit >= 0 && lit < values.length) bar(lit * each, values[lit] ?? 0);
  context.fillStyle = line;
  context.fillRect(0, height - ratio, width, ratio);
};

/** The tallest of the bars that share a pixel: more than these cannot be seen. */
function tallest(values: Float32Array, width: number): Float32Array {
  const heights = new Float32Array(width);
  values.forEach((value, position) => {
    const x = Math.floor((position * width) / values.length);
    if (value > (heights[x] ?? 0)) heights[x] = value;
  });
  return heights;
}

const unitUnder = ({ currentTarget, offsetX }: PointerEvent): number =>
  Math.max(0, Math.min(row.value.length - 1, Math.floor((offsetX / (currentTarget as HTMLElement).clientWidth) * row.value.length)));

export function Bars({ row: shown }: { row: Float32Array }) {
  useEffect(() => {
    row.value = shown as Float32Array<ArrayBuffer>;
  }, [shown]);
  const canvas = useCanvas(draw);
  return (
    <div class="bars">
      <canvas
        ref={canvas}
        role="img"
        aria-label={gettext("Weight of every earlier position")}
        onPointerMove={(event) => (hovered.value = unitAt(unitUnder(event)).from)}
        onPointerLeave={() => (hovered.value = null)}
      />
      <p class="readout" aria-hidden="true">
        <Readout row={shown} />
      </p>
    </div>
  );
}

function Readout({ row }: { row: Float32Array }) {
  const position = hovered.value;
  const unit = position === null ? -1 : unitOf(position);
  if (position === null || unit < 0 || unit >= row.length)
    return <span class="quiet">{gettext("Point at a bar, or at a token in the text")}</span>;
  return (
    <>
      <Piece of={pieceOf(unitAt(unit))} /> {fill(gettext("position %(position)s"), { position })}{" "}
      <b class="figures">{percent(row[unit] ?? 0)}</b>
    </>
  );
}
