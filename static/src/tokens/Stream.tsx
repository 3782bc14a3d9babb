/** The text pane: prompt, tokens, legend, and the selection by pointer and keyboard. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { gettext } from "../i18n";
import { outcome } from "../inspector/whatif/state";
import { shownHead } from "../inspector/attention/state";
import { believedPrompt, ScorePrompt } from "../prompt/ScorePrompt";
import { rowOf, weights } from "../store/attention";
import { isLive } from "../store/run";
import { follow, hideFirst, hovered, metric, pick, picked, run, step, tab, token } from "../store/view";
import { describe } from "./describe";
import { Legend } from "./Legend";
import { metrics } from "./metric";
import { Samples, Search } from "./Several";
import { StreamView } from "./view";

export function Stream() {
  const prompt = useRef<HTMLSpanElement>(null);
  const output = useRef<HTMLSpanElement>(null);
  const view = useRef<StreamView | null>(null);
  useEffect(() => {
    if (prompt.current && output.current) view.current = new StreamView(prompt.current, output.current);
  }, []);
  useDrawing(view);
  return (
    <section class="pane stream" aria-label={gettext("Text")}>
      <StreamHead />
      <div class="stream-scroll" {...pointer}>
        <div class="stream-inner">
          <ScorePrompt />
          <Samples />
          <p class="stream-text" lang="">
            <span class="prompt-tokens" ref={prompt} />
            <span
              class="output-tokens"
              role="listbox"
              aria-label={gettext("Generated tokens")}
              aria-orientation="horizontal"
              tabIndex={-1}
              ref={output}
              onKeyDown={(event) => view.current && keyDown(event, view.current)}
            />
            {isLive(run.value) && <span class="cursor" aria-hidden="true" />}
          </p>
          <Search />
          {run.value.started === null && <Waiting />}
        </div>
      </div>
    </section>
  );
}

type ViewRef = { current: StreamView | null };

/** One effect draws and then selects: a token can be marked only once it is there. */
function useDrawing(view: ViewRef): void {
  const drawn = useRef<Drawn>({ run: null, sample: 0, metric: "" });
  useSignalEffect(() => {
    if (!view.current) return;
    draw(view.current, drawn.current);
    select(view.current);
  });
  useSignalEffect(() => {
    void run.value.started; // drawn anew with every run
    view.current?.tintPrompt(believedPrompt.value?.map(metrics()[metric.value].of) ?? null);
  });
  useSignalEffect(() => view.current?.hover(hovered.value));
  useSignalEffect(() => {
    void run.value.started;
    view.current?.differ(tab.value === "whatif" ? (outcome.value?.differing ?? []) : []);
  });
  useSignalEffect(() => {
    const row = tab.value === "attention" && token.value ? rowOf(token.value, shownHead.value) : null;
    view.current?.attend(row && weights(row, hideFirst.value));
  });
}

interface Drawn {
  run: string | null;
  sample: number;
  metric: string;
}

function draw(view: StreamView, last: Drawn): void {
  const { started, tokens, several } = run.value;
  const name = metric.value;
  if (last.run !== (started?.run ?? null) || last.sample !== several.shown || tokens.length < view.outputLength) {
    view.clear();
    last.run = started?.run ?? null;
    last.sample = several.shown;
    if (started) view.setPrompt(started.prompt_ids, started.prompt_pieces);
  }
  const from = view.outputLength;
  if (tokens.length > from) view.append(tokens.slice(from), describe);
  view.tint(last.metric === name ? from : 0, tokens, metrics()[name].of);
  last.metric = name;
}

/** The keyboard's focus moves along with a token that was picked, but never leaves another part of the page. */
function select(view: StreamView): void {
  const focused = document.activeElement?.closest(".output-tokens") != null;
  const selected = view.select(step.value);
  if (picked.value === null) return;
  if (focused) selected?.focus({ preventScroll: true });
  selected?.scrollIntoView({ block: "nearest" });
}

const positionAt = (event: Event): HTMLElement | null => (event.target as Element | null)?.closest<HTMLElement>("[data-position]") ?? null;

const pointer = {
  onPointerOver: (event: PointerEvent) => {
    const position = positionAt(event)?.dataset.position;
    hovered.value = position === undefined ? null : Number(position);
  },
  onPointerLeave: () => {
    hovered.value = null;
  },
  onClick: (event: MouseEvent) => {
    const element = positionAt(event);
    if (element?.dataset.step === undefined) return;
    pick(Number(element.dataset.step));
    element.focus({ preventScroll: true });
  },
};

function keyDown(event: KeyboardEvent, view: StreamView): void {
  const last = run.value.tokens.length - 1;
  const moves: Record<string, () => number> = {
    ArrowLeft: () => step.value - 1,
    ArrowRight: () => step.value + 1,
    ArrowUp: () => view.verticalNeighbour(step.value, -1),
    ArrowDown: () => view.verticalNeighbour(step.value, 1),
    Home: () => 0,
    End: () => last,
  };
  const move = moves[event.key];
  if (event.key === "Escape") follow();
  if (!move || event.altKey || event.metaKey) return;
  event.preventDefault();
  pick(move());
}

function StreamHead() {
  return (
    <header class="pane-head">
      <h2 class="visually-hidden">{gettext("Text")}</h2>
      <Legend />
    </header>
  );
}

function Waiting() {
  const { phase } = run.value;
  if (phase !== "empty" && phase !== "refused") return null;
  return (
    <div class="first-run">
      <p>{gettext("Press Run and watch the model choose every token.")}</p>
      <p class="quiet">
        {gettext(
          "Each token carries its own evidence: what the model believed, what every stage removed, the number that was drawn, and where the model looked.",
        )}
      </p>
    </div>
  );
}
