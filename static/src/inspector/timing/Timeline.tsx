/** The run to scale: phases, every pass and draw, and how many ran together. Zooms, pans, and selects the token of a step. */

import { useSignalEffect } from "@preact/signals";
import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { colours } from "../../draw/colours";
import { useCanvas, type Draw } from "../../draw/canvas";
import { fill, gettext } from "../../i18n";
import { hovered, pick, promptLength, shownTokens, step } from "../../store/view";
import { Shares } from "./Shares";
import { phaseTitles } from "./titles";
import type { Phase, Span } from "./spans";
import { isWhole, pan, reveal, showAll, showFirst, spanOf, spans, stepAt, total, view, zoom } from "./state";

const CLOSER = 0.5;
const [PHASES, PASSES, BATCH, AXIS] = [18, 30, 32, 16]; // heights, device-independent pixels
const CAPTION = 18; // of it above the highest stair
const GAP = 4;
const DRAG = 4; // pixels before a press is a drag

export function Timeline() {
  useSignalEffect(reveal);
  return (
    <section class="timeline" aria-label={gettext("Timeline")}>
      <div class="controls">
        <h3>{gettext("Timeline")}</h3>
        <div class="timeline-zoom" role="group" aria-label={gettext("Zoom")}>
          <button type="button" class="button small" aria-label={gettext("Closer")} onClick={() => zoom(CLOSER)}>
            +
          </button>
          <button
            type="button"
            class="button small"
            aria-label={gettext("Further away")}
            disabled={isWhole.value}
            onClick={() => zoom(1 / CLOSER)}
          >
            −
          </button>
          <button type="button" class="button small" onClick={showFirst}>
            {gettext("First token")}
          </button>
          <button type="button" class="button small" disabled={isWhole.value} onClick={showAll}>
            {gettext("Whole run")}
          </button>
        </div>
      </div>
      <Picture />
      <Shares />
    </section>
  );
}

function Picture() {
  const canvas = useCanvas(draw);
  const at = (event: MouseEvent): number => {
    const { from, to } = view.peek();
    return from + (event.offsetX / (event.currentTarget as HTMLElement).clientWidth) * (to - from);
  };
  let pressed: { x: number; moved: boolean } | null = null;
  const point = (found: number | null) => (hovered.value = found === null ? null : promptLength.value + found);
  return (
    <canvas
      class="timeline-canvas"
      ref={canvas}
      role="img"
      aria-label={fill(gettext("Queue, prefill and every step over %(total)s ms"), { total: total.value.toFixed(0) })}
      onPointerDown={(event) => (pressed = { x: event.clientX, moved: false })}
      onPointerMove={(event) => {
        if (!pressed) return point(stepAt(at(event)));
        const by = event.clientX - pressed.x;
        if (!pressed.moved && Math.abs(by) < DRAG) return;
        const { from, to } = view.peek();
        pan((-by / event.currentTarget.clientWidth) * (to - from));
        pressed = { x: event.clientX, moved: true };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={(event) => {
        const found = pressed?.moved ? null : stepAt(at(event));
        pressed = null;
        if (found !== null) pick(found);
      }}
      onPointerCancel={() => (pressed = null)}
      onPointerLeave={() => point(null)}
      onWheel={(event) => {
        if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
        event.preventDefault();
        zoom(Math.exp(event.deltaY / 200), at(event));
      }}
    />
  );
}

const draw: Draw = (context, width, height, ratio) => {
  const x = scaleLinear([view.value.from, view.value.to], [0, width]);
  const { faint, text } = colours.value;
  context.clearRect(0, 0, width, height);
  const selected = spans.value.length > 0 ? spanOf(step.value) : null;
  if (selected) {
    const [from, to] = [x(selected.from), Math.max(x(selected.to), x(selected.from) + 2 * ratio)];
    context.fillStyle = faint;
    context.fillRect(from, 0, to - from, height - AXIS * ratio);
    context.fillStyle = text;
    context.fillRect(from, 0, to - from, 2 * ratio);
  }
  drawPhases(context, x, width, ratio);
  drawPasses(context, x, width, ratio);
  drawBatch(context, x, width, ratio);
  drawAxis(context, x, width, height, ratio);
};

type Scale = (ms: number) => number;

/** Only what is in sight, at least a hair wide. */
function bar(
  context: CanvasRenderingContext2D,
  x: Scale,
  { from, to }: Pick<Span, "from" | "to">,
  top: number,
  high: number,
  width: number,
): number {
  const [left, right] = [Math.max(0, x(from)), Math.min(width, x(to))];
  if (right < 0 || left > width) return 0;
  context.fillRect(left, top, Math.max(1, right - left), high);
  return right - left;
}

function drawPhases(context: CanvasRenderingContext2D, x: Scale, width: number, ratio: number): void {
  const { line, text } = colours.value;
  const top = GAP * ratio;
  context.font = `${11 * ratio}px "Inter Variable", sans-serif`;
  context.textBaseline = "middle";
  for (const phase of phasesOf(spans.value)) {
    context.fillStyle = line;
    const wide = bar(context, x, { from: phase.from, to: phase.to }, top, PHASES * ratio, width);
    const title = phaseTitles()[phase.name];
    context.fillStyle = text;
    if (wide > context.measureText(title).width + 12 * ratio)
      context.fillText(title, Math.max(0, x(phase.from)) + 6 * ratio, top + (PHASES / 2) * ratio);
    context.clearRect(x(phase.to) - ratio / 2, top, ratio, PHASES * ratio);
  }
}

function phasesOf(all: readonly Span[]): { name: Phase; from: number; to: number }[] {
  const found: { name: Phase; from: number; to: number }[] = [];
  for (const { phase, from, to } of all) {
    const last = found.at(-1);
    if (last?.name === phase) last.to = to;
    else found.push({ name: phase, from, to });
  }
  return found;
}

function drawPasses(context: CanvasRenderingContext2D, x: Scale, width: number, ratio: number): void {
  const { accent, warm, quiet } = colours.value;
  const top = (PHASES + 2 * GAP) * ratio;
  const fills: Partial<Record<Span["kind"], string>> = { forward: accent, search: accent, sample: warm, tokenize: quiet };
  for (const span of spans.value) {
    const colour = fills[span.kind];
    if (!colour) continue;
    context.fillStyle = colour;
    const wide = bar(context, x, span, top, PASSES * ratio, width);
    if (wide > 3 * ratio) context.clearRect(x(span.to) - ratio / 2, top, ratio, PASSES * ratio); // pass from pass
  }
}

/** How many rows each step shared its pass with, as stairs. */
function drawBatch(context: CanvasRenderingContext2D, x: Scale, width: number, ratio: number): void {
  const tokens = shownTokens.value.filter(({ batch }) => batch > 0);
  const most = max(tokens, ({ batch }) => batch) ?? 1;
  const bottom = (PHASES + PASSES + BATCH + 3 * GAP) * ratio;
  const { quiet } = colours.value;
  context.fillStyle = quiet;
  for (const { step: at, batch } of tokens) {
    const span = spanOf(at);
    if (!span) continue;
    const high = (batch / most) * (BATCH - CAPTION) * ratio;
    bar(context, x, span, bottom - high, Math.max(2 * ratio, high), width);
  }
  context.fillText(fill(gettext("runs together: %(most)s at most"), { most }), 2 * ratio, bottom - (BATCH - CAPTION / 2) * ratio);
}

function drawAxis(
  context: CanvasRenderingContext2D,
  x: ReturnType<typeof scaleLinear<number, number>>,
  width: number,
  height: number,
  ratio: number,
): void {
  const { line, quiet } = colours.value;
  const y = height - AXIS * ratio;
  context.fillStyle = line;
  context.fillRect(0, y, width, ratio);
  context.fillStyle = quiet;
  for (const tick of x.ticks(Math.max(2, Math.floor(width / (110 * ratio))))) {
    context.fillRect(x(tick), y, ratio, 4 * ratio);
    const [label, at] = [`${x.tickFormat()(tick)} ms`, x(tick) + 4 * ratio];
    if (at + context.measureText(label).width <= width) context.fillText(label, at, height - (AXIS / 2 - 2) * ratio);
  }
}
