/** Signed scores as bars over the positions: up speaks for the token, down against it. Pointing lights the token in the text. */

import { signal } from "@preact/signals";
import { scaleLinear } from "d3-scale";
import { useEffect } from "preact/hooks";
import { colours } from "../../draw/colours";
import { useCanvas, type Draw } from "../../draw/canvas";
import { fill, gettext } from "../../i18n";
import { hovered, promptLength } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { pieceAt } from "../attention/state";
import { signed } from "./signed";

const shown = signal(new Float32Array());

const draw: Draw = (context, width, height, ratio) => {
  const { accent, warm, faint, line, text } = colours.value;
  const scores = shown.value;
  const most = scores.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const y = scaleLinear([-most, most], [height - ratio, ratio]);
  const each = width / Math.max(1, scores.length);
  context.clearRect(0, 0, width, height);
  context.fillStyle = faint;
  context.fillRect(0, 0, each * promptLength.value, height);
  scores.forEach((score, position) => {
    context.fillStyle = position === hovered.value ? text : score < 0 ? warm : accent;
    context.fillRect(
      position * each,
      Math.min(y(0), y(score)),
      Math.max(ratio, each - (each > 4 * ratio ? ratio : 0)),
      Math.abs(y(score) - y(0)),
    );
  });
  context.fillStyle = line;
  context.fillRect(0, y(0), width, ratio);
};

const positionAt = ({ currentTarget, offsetX }: PointerEvent): number =>
  Math.max(0, Math.min(shown.value.length - 1, Math.floor((offsetX / (currentTarget as HTMLElement).clientWidth) * shown.value.length)));

export function SignedBars({ scores }: { scores: Float32Array }) {
  useEffect(() => {
    shown.value = scores as Float32Array<ArrayBuffer>;
  }, [scores]);
  const canvas = useCanvas(draw);
  return (
    <div class="bars signed">
      <canvas
        ref={canvas}
        role="img"
        aria-label={gettext("Score of every earlier position; the list below has the numbers")}
        onPointerMove={(event) => (hovered.value = positionAt(event))}
        onPointerLeave={() => (hovered.value = null)}
      />
      <p class="readout" aria-hidden="true">
        <Pointed scores={scores} />
      </p>
    </div>
  );
}

function Pointed({ scores }: { scores: Float32Array }) {
  const position = hovered.value;
  if (position === null || position >= scores.length)
    return <span class="quiet">{gettext("Point at a bar, or at a token in the text")}</span>;
  return (
    <>
      <Piece of={pieceAt(position)} /> {fill(gettext("position %(position)s"), { position })}{" "}
      <b class="figures">{signed(scores[position] ?? 0)}</b>
    </>
  );
}
