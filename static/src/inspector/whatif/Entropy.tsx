/** How undecided every step was and would be, and where the tokens differ: what a setting does, at a glance. */

import { max } from "d3-array";
import { colours } from "../../draw/colours";
import { useCanvas, type Draw } from "../../draw/canvas";
import { gettext } from "../../i18n";
import { pick, step } from "../../store/view";
import { entropies } from "./outcome";
import { baseline, outcome } from "./state";

const TICKS_HIGH = 5; // device-independent pixels below the lines, for the marks of differing tokens

const draw: Draw = (context, width, height, ratio) => {
  const shown = outcome.value;
  const { accent, warm, line, quiet, faint } = colours.value;
  context.clearRect(0, 0, width, height);
  if (!shown) return;
  const [before, after] = [baseline.value ? entropies(baseline.value) : [], entropies(shown.answer)];
  const floor = height - (TICKS_HIGH + 2) * ratio;
  const top = Math.max(1, max([...before, ...after]) ?? 1);
  const each = width / shown.total;
  const y = (bits: number): number => floor - (bits / top) * (floor - 3 * ratio);
  context.fillStyle = faint;
  context.fillRect(step.value * each, 0, Math.max(each, 2 * ratio), height);
  context.fillStyle = line;
  context.fillRect(0, floor, width, ratio);
  stroke(context, before.map(y), each, quiet, ratio, [3 * ratio, 2 * ratio]);
  stroke(context, after.map(y), each, accent, 1.5 * ratio, []);
  context.fillStyle = warm;
  for (const at of shown.differing)
    context.fillRect(at * each, height - TICKS_HIGH * ratio, Math.max(ratio, each - ratio), TICKS_HIGH * ratio);
  if (shown.first !== null) context.fillRect((shown.first + 0.5) * each - ratio / 2, 0, ratio, height);
};

function stroke(context: CanvasRenderingContext2D, heights: number[], each: number, colour: string, width: number, dash: number[]): void {
  context.beginPath();
  heights.forEach((y, k) => context.lineTo((k + 0.5) * each, y));
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
}

export function Entropy() {
  const canvas = useCanvas(draw);
  const select = ({ currentTarget, offsetX }: MouseEvent): void => {
    const { clientWidth } = currentTarget as HTMLElement;
    if (outcome.value) pick(Math.floor((offsetX / clientWidth) * outcome.value.total));
  };
  return (
    <figure class="what-if-entropy">
      <figcaption>
        <span>{gettext("Entropy of every step")}</span>
        <span class="line-key before">{gettext("as it was")}</span>
        <span class="line-key after">{gettext("as it would be")}</span>
        <span class="line-key differs">{gettext("differs")}</span>
      </figcaption>
      <canvas ref={canvas} role="img" aria-label={gettext("Entropy of every step, as it was and as it would be")} onClick={select} />
    </figure>
  );
}
