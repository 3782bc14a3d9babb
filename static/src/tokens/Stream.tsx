/** The text pane: prompt, tokens, legend, and the selection by pointer and keyboard. */

import { computed, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fill, gettext } from "../i18n";
import { textRow } from "../inspector/attention/state";
import { outcome } from "../inspector/whatif/state";
import { attributed } from "../inspector/layers/state";
import { believedPrompt, ScorePrompt } from "../prompt/ScorePrompt";
import { isLive } from "../store/run";
import { follow, hovered, metric, pick, picked, run, step, tab, token } from "../store/view";
import type { Token } from "../protocol/generated";
import { equal } from "../settings/schema";
import { canBranch } from "../branching/actions";
import { Editor, editing } from "../branching/Editor";
import { HistoryButtons, Trouble } from "../branching/History";
import { actOn } from "../branching/keys";
import { longPress } from "../branching/press";
import { openMenu, TokenMenu } from "../branching/TokenMenu";
import { yours } from "../branching/tree";
import { copyText } from "./copy";
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
      <div class="stream-scroll" {...pointer} {...press}>
        <div class="stream-inner">
          <ScorePrompt />
          <Samples />
          <p class="stream-text" lang="" onCopy={copyText}>
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
          <Editor />
          <Trouble />
          <Search />
          {run.value.started === null && <Waiting />}
        </div>
      </div>
      <TokenMenu />
    </section>
  );
}

type ViewRef = { current: StreamView | null };

/** What marks hang on, apart from the tokens: they are made anew when it changes, not with every token. */
const started = computed(() => run.value.started);
const promptTint = computed(() => believedPrompt.value?.map(metrics()[metric.value].of) ?? null);
const differing = computed(() => (tab.value === "whatif" ? (outcome.value?.differing ?? null) : null));
const attended = computed(() => (tab.value === "attention" && token.value ? textRow.value : null));

/** One effect draws and then selects: a token can be marked only once it is there. */
function useDrawing(view: ViewRef): void {
  const drawn = useRef<Drawn>({ prompt: [], tokens: [], metric: "" });
  useSignalEffect(() => {
    if (!view.current) return;
    const focused = isInText();
    draw(view.current, drawn.current);
    select(view.current, focused);
  });
  useSignalEffect(() => {
    void started.value; // drawn anew with every run
    view.current?.tintPrompt(promptTint.value);
  });
  useSignalEffect(() => view.current?.hover(hovered.value));
  useSignalEffect(() => {
    void started.value;
    view.current?.differ(differing.value ?? []);
  });
  useSignalEffect(() => view.current?.attend(attended.value));
  useSignalEffect(() => {
    void run.value; // drawn before
    view.current?.hideFrom(editing.value?.step ?? null);
  });
  useSignalEffect(() => view.current?.weigh(tab.value === "layers" ? attributed.value : null));
}

interface Drawn {
  prompt: readonly number[];
  tokens: readonly Token[];
  metric: string;
}

/** What is drawn already and still true stays as it is: a branch keeps the tokens that it shares. */
function draw(view: StreamView, last: Drawn): void {
  const { started, tokens } = run.value;
  const name = metric.value;
  const prompt = started?.prompt_ids ?? [];
  if (prompt !== last.prompt && !equal(prompt, last.prompt)) {
    view.clear();
    if (started) view.setPrompt(prompt, started.prompt_pieces);
  }
  const same = sharedLength(last.tokens, tokens, view.outputLength);
  const known = Math.min(same, firstOther(last.tokens, tokens));
  if (same < view.outputLength) view.cut(same);
  tokens.slice(known, same).forEach((token) => view.entitle(token.step, described(token)));
  if (tokens.length > same) view.append(tokens.slice(same), described);
  view.own(yours.value);
  view.tint(last.metric === name ? known : 0, tokens, metrics()[name].of);
  Object.assign(last, { prompt, tokens, metric: name });
}

const sharedLength = (a: readonly Token[], b: readonly Token[], drawn: number): number => {
  const most = Math.min(a.length, b.length, drawn);
  let same = 0;
  while (same < most && (a[same] === b[same] || (a[same]?.id === b[same]?.id && a[same]?.piece.length === b[same]?.piece.length))) same++;
  return same;
};

const described = (token: Token): string =>
  yours.value.includes(token.step) ? fill(gettext("%(token)s, yours, not drawn"), { token: describe(token) }) : describe(token);

/** From where on more, or less, is known of the tokens than before. */
function firstOther(a: readonly Token[], b: readonly Token[]): number {
  const found = b.findIndex((token, k) => token !== a[k]);
  return found < 0 ? b.length : found;
}

const isInText = (): boolean => document.activeElement?.closest(".output-tokens") != null;

/** The keyboard's focus, where it was in the text, moves along with a token that was picked, and stays there when its token goes. */
function select(view: StreamView, focused: boolean): void {
  const selected = view.select(step.value);
  if (focused && (picked.value !== null || !isInText())) (selected ?? view.at(step.value) ?? view.output).focus({ preventScroll: true });
  if (picked.value !== null) selected?.scrollIntoView({ block: "nearest" });
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
  onContextMenu: (event: MouseEvent) => {
    if (menuAt(event)) event.preventDefault();
  },
};

const press = longPress(menuAt);

function menuAt(event: MouseEvent): boolean {
  const element = positionAt(event);
  if (element?.dataset.step === undefined || !canBranch()) return false;
  pick(Number(element.dataset.step));
  openMenu(Number(element.dataset.step), element, event);
  return true;
}

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
  if (actOn(event, view.at(step.value))) return;
  if (!move || event.altKey || event.metaKey) return;
  event.preventDefault();
  pick(move());
}

function StreamHead() {
  return (
    <header class="pane-head">
      <h2 class="visually-hidden">{gettext("Text")}</h2>
      <Legend />
      <HistoryButtons />
    </header>
  );
}

function Waiting() {
  const { phase } = run.value;
  if (phase === "finished") return <p class="first-run quiet">{gettext("The run ended before its first token.")}</p>;
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
