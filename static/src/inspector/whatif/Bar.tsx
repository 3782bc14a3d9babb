/** Under the text: a cell for each token, tall where it would be another one. Pointing at one says what would be there. */

import { useRef } from "preact/hooks";
import { fill, gettext } from "../../i18n";
import { hovered, pick, promptLength, run, step, tab } from "../../store/view";
import { quoted } from "../../tokens/pieces";
import { Detail } from "./Detail";
import type { Outcome } from "./outcome";
import { outcome } from "./state";

export function WhatIfBar() {
  const shown = outcome.value;
  if (tab.value !== "whatif" || !shown) return null;
  return (
    <section class="what-if-bar" aria-label={gettext("What if: every token")} data-testid="what-if-bar">
      <Cells of={shown} />
      <Detail of={shown} />
    </section>
  );
}

const stepOf = (event: Event): number | null => {
  const found = (event.target as Element | null)?.closest<HTMLElement>("[data-cell]")?.dataset.cell;
  return found === undefined ? null : Number(found);
};

function Cells({ of }: { of: Outcome }) {
  const list = useRef<HTMLDivElement>(null);
  const go = (to: number | null) => {
    if (to === null) return;
    pick(to);
    list.current?.querySelector<HTMLElement>(`[data-cell="${step.value}"]`)?.focus();
  };
  const point = (at: number | null) => (hovered.value = at === null ? null : promptLength.value + at);
  return (
    <div
      class="cells"
      role="listbox"
      aria-label={gettext("Tokens that would differ")}
      aria-orientation="horizontal"
      ref={list}
      onPointerOver={(event) => point(stepOf(event))}
      onPointerLeave={() => point(null)}
      onClick={(event) => go(stepOf(event))}
      onKeyDown={(event) => {
        const to = target(event.key, of);
        if (to === null) return;
        event.preventDefault();
        go(to);
      }}
    >
      {Array.from({ length: of.total }, (_, at) => (
        <Cell
          key={at}
          at={at}
          kind={at === of.first ? "first" : of.differs(at) ? "other" : "same"}
          selected={at === step.value}
          stop={at === Math.min(step.value, of.total - 1)}
          label={titleOf(of, at)}
        />
      ))}
    </div>
  );
}

/** Where a key leads: to the neighbour, or with Page up and Page down to the next token that differs. */
function target(key: string, { total, differing }: Outcome): number | null {
  const at = step.value;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, at - 1);
    case "ArrowRight":
      return Math.min(total - 1, at + 1);
    case "Home":
      return 0;
    case "End":
      return total - 1;
    case "PageDown":
      return differing.find((other) => other > at) ?? null;
    case "PageUp":
      return differing.findLast((other) => other < at) ?? null;
    default:
      return null;
  }
}

function titleOf(of: Outcome, at: number): string {
  const own = quoted(run.value.tokens[at]?.piece ?? new Uint8Array());
  if (!of.differs(at)) return fill(gettext("step %(step)s: %(own)s stays"), { step: at, own });
  return fill(gettext("step %(step)s: %(own)s would be %(would)s"), {
    step: at,
    own,
    would: quoted(of.answer.pieces[at] ?? new Uint8Array()),
  });
}

interface CellProps {
  at: number;
  kind: "same" | "other" | "first";
  selected: boolean;
  stop: boolean; // the one that the tab key reaches
  label: string;
}

const Cell = ({ at, kind, selected, stop, label }: CellProps) => (
  <span class={`cell ${kind}`} role="option" data-cell={at} aria-selected={selected} aria-label={label} tabIndex={stop ? 0 : -1} />
);
