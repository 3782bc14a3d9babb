/** The whole matrix of one head: a row per generated token, a column per position. Click a row to select its token. */

import { colours } from "../../draw/colours";
import { useCanvas, type Draw } from "../../draw/canvas";
import { gettext } from "../../i18n";
import { hovered, pick, step } from "../../store/view";
import { large } from "./state";

const draw: Draw = (context, width, height, ratio) => {
  const { map } = large.value;
  map.draw(context, width, height);
  if (!map.rows) return;
  const { warm } = colours.value;
  const [across, down] = [width / map.columns, height / map.rows];
  context.strokeStyle = warm;
  context.lineWidth = 1.5 * ratio;
  context.strokeRect(ratio, step.value * down, width - 2 * ratio, Math.max(down, 2 * ratio));
  if (hovered.value !== null && hovered.value < map.columns)
    context.strokeRect(hovered.value * across, 0, Math.max(across, 2 * ratio), height);
};

function cellAt({ currentTarget, offsetX, offsetY }: PointerEvent | MouseEvent): { position: number; step: number } {
  const { map } = large.value;
  const { clientWidth, clientHeight } = currentTarget as HTMLElement;
  return { position: Math.floor((offsetX / clientWidth) * map.columns), step: Math.floor((offsetY / clientHeight) * map.rows) };
}

export function Matrix() {
  const canvas = useCanvas(draw);
  return (
    <div class="matrix">
      <canvas
        ref={canvas}
        role="img"
        aria-label={gettext("Rows are generated tokens, columns the positions that they look at")}
        onPointerMove={(event) => (hovered.value = cellAt(event).position)}
        onPointerLeave={() => (hovered.value = null)}
        onClick={(event) => pick(cellAt(event).step)}
      />
      <p class="axis-note quiet">
        <span>↓ {gettext("generated tokens")}</span>
        <span>{gettext("positions looked at")} →</span>
      </p>
    </div>
  );
}
