/** Every decoding step as a bar: the forward pass, and on it the stages and the dice. Click one to select its token. */

import { max, median } from "d3-array";
import { scaleLinear } from "d3-scale";
import { colours } from "../../draw/colours";
import { useCanvas, type Draw } from "../../draw/canvas";
import { timingPicture } from "../../export/pictures/timing";
import { SavePicture } from "../../export/SavePicture";
import { fill, gettext } from "../../i18n";
import { milliseconds } from "../../numbers";
import type { Token } from "../../protocol/generated";
import { pick, shownTokens, step, token } from "../../store/view";

const LEFT = 44; // device-independent pixels for the axis
const TICKS = 3;
const TALLEST = 8; // medians: one slow step must not flatten all others
const cost = ({ forward_ms, sample_ms }: Token): number => forward_ms + sample_ms;

const draw: Draw = (context, width, height, ratio) => {
  const tokens = shownTokens.value;
  const { accent, warm, line, quiet, text, faint } = colours.value;
  const ceiling = Math.min((max(tokens, cost) ?? 1) * 1.1, TALLEST * (median(tokens, cost) ?? Infinity));
  const y = scaleLinear([0, ceiling], [height - ratio, 4 * ratio]).clamp(true);
  const each = (width - LEFT * ratio) / Math.max(tokens.length, 32);
  context.clearRect(0, 0, width, height);
  axis(context, y, width, ratio, line, quiet);
  fillBar(context, faint, LEFT * ratio + step.value * each - ratio, each + ratio, height, 0);
  fillBar(context, text, LEFT * ratio + step.value * each - ratio, each + ratio, 3 * ratio, 0);
  tokens.forEach((token, k) => {
    const x = LEFT * ratio + k * each;
    const bar = Math.max(ratio, each - (each > 3 * ratio ? ratio : 0));
    fillBar(context, accent, x, bar, y(0), y(token.forward_ms));
    fillBar(context, warm, x, bar, y(token.forward_ms), y(cost(token)));
    if (cost(token) > ceiling) context.clearRect(x, y(ceiling) + 4 * ratio, bar, 3 * ratio); // cut off: it is taller
  });
};

function fillBar(context: CanvasRenderingContext2D, colour: string, x: number, width: number, from: number, to: number): void {
  context.fillStyle = colour;
  context.fillRect(x, to, width, from - to);
}

function axis(
  context: CanvasRenderingContext2D,
  y: (value: number) => number,
  width: number,
  ratio: number,
  line: string,
  text: string,
): void {
  const scale = y as ReturnType<typeof scaleLinear<number, number>>;
  context.font = `${11 * ratio}px "Inter Variable", sans-serif`;
  context.textBaseline = "middle";
  for (const tick of scale.ticks(TICKS)) {
    context.fillStyle = line;
    context.fillRect(LEFT * ratio, y(tick), width, ratio);
    context.fillStyle = text;
    context.fillText(`${tick} ms`, 0, Math.min(y(0) - 6 * ratio, Math.max(6 * ratio, y(tick))));
  }
}

function select({ currentTarget, offsetX }: MouseEvent): void {
  const { clientWidth } = currentTarget as HTMLElement;
  const steps = Math.max(shownTokens.value.length, 32);
  pick(Math.floor(((offsetX - LEFT) / (clientWidth - LEFT)) * steps));
}

export function Steps() {
  const canvas = useCanvas(draw);
  const current = token.value;
  return (
    <section class="steps" aria-label={gettext("Every decoding step")}>
      <div class="controls">
        <h3>{gettext("Every decoding step")}</h3>
        <SavePicture what="timing" title={gettext("Every decoding step")} draw={(palette) => timingPicture(shownTokens.value, palette)} />
      </div>
      <ul class="phase-key">
        <li>
          <i class="phase forward" aria-hidden="true" /> {gettext("Forward pass")}{" "}
          <span class="figures">{milliseconds(current?.forward_ms ?? null)}</span>
        </li>
        <li>
          <i class="phase sample" aria-hidden="true" /> {gettext("Stages and dice")}{" "}
          <span class="figures">{milliseconds(current?.sample_ms ?? null)}</span>
        </li>
        {current && (
          <li class="quiet">
            {fill(gettext("at step %(step)s, %(ms)s after submission"), { step: current.step, ms: milliseconds(current.t_ms) })}
          </li>
        )}
      </ul>
      <canvas class="steps-canvas" ref={canvas} role="img" aria-label={gettext("Milliseconds of every step")} onClick={select} />
    </section>
  );
}
