/** The text of one lane: tokens are appended, the selected step is marked in all lanes, and what follows the parting is set apart. */

import { useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fill, gettext } from "../i18n";
import { isLive, type RunState } from "../store/run";
import { copyText } from "../tokens/copy";
import { describe } from "../tokens/describe";
import { StreamView } from "../tokens/view";
import { letter } from "./sides";
import { follow, length, partingOf, pick, picked, step } from "./steps";

export function LaneText({ side, run }: { side: number; run: ReadonlySignal<RunState> }) {
  const output = useRef<HTMLSpanElement>(null);
  const view = useRef<StreamView | null>(null);
  const drawn = useRef(-1); // the sample
  useEffect(() => {
    if (output.current) view.current = new StreamView(document.createElement("span"), output.current);
  }, []);
  useSignalEffect(() => {
    if (!view.current) return;
    drawn.current = append(view.current, run.value, drawn.current);
    view.current.part(partingOf(side));
    select(view.current);
  });
  return (
    <div class="lane-text">
      <p class="stream-text" lang="" onCopy={copyText}>
        <span
          class="output-tokens"
          role="listbox"
          aria-label={fill(gettext("Generated tokens of lane %(letter)s"), { letter: letter(side) })}
          aria-orientation="horizontal"
          tabIndex={-1}
          ref={output}
          onKeyDown={(event) => view.current && keyDown(event, view.current)}
          onClick={({ target }) => choose(target as Element)}
        />
        {isLive(run.value) && <span class="cursor" aria-hidden="true" />}
      </p>
    </div>
  );
}

function append(view: StreamView, { tokens, several }: RunState, sample: number): number {
  if (several.shown !== sample || tokens.length < view.outputLength) view.clear();
  const from = view.outputLength;
  if (tokens.length > from) view.append(tokens.slice(from), describe);
  return several.shown;
}

/** The lane alone scrolls to the token: the page stays where the reader is. */
function select(view: StreamView): void {
  const focused = document.activeElement?.closest(".output-tokens");
  const selected = view.select(step.value);
  if (picked.value === null || !selected) return;
  if (focused?.contains(selected)) selected.focus({ preventScroll: true });
  const frame = selected.closest(".lane-text")?.getBoundingClientRect();
  const box = selected.getBoundingClientRect();
  if (!frame) return;
  const beyond = Math.min(0, box.top - frame.top) || Math.max(0, box.bottom - frame.bottom);
  selected.closest(".lane-text")?.scrollBy({ top: beyond });
}

function choose(target: Element): void {
  const element = target.closest<HTMLElement>("[data-step]");
  if (!element) return;
  pick(Number(element.dataset.step));
  element.focus({ preventScroll: true });
}

function keyDown(event: KeyboardEvent, view: StreamView): void {
  const moves: Record<string, () => number> = {
    ArrowLeft: () => step.value - 1,
    ArrowRight: () => step.value + 1,
    ArrowUp: () => view.verticalNeighbour(step.value, -1),
    ArrowDown: () => view.verticalNeighbour(step.value, 1),
    Home: () => 0,
    End: () => length.value - 1,
  };
  const move = moves[event.key];
  if (event.key === "Escape") follow();
  if (!move || event.altKey || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  pick(move());
}
