/** The tokens that speak loudest for or against, sorted. One stop for the tab key; the arrows go from one to the next. */

import { useState } from "preact/hooks";
import { fill, gettext, ngettext } from "../../i18n";
import { hovered } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { pieceAt } from "../attention/state";
import { byWeight, largest, signed } from "./signed";

const FIRST = 12;

export function Speakers({ scores }: { scores: Float32Array }) {
  const [all, setAll] = useState(false);
  const [at, setAt] = useState(0);
  const order = byWeight(scores);
  const shown = all ? order : order.slice(0, FIRST);
  const rest = order.length - shown.length;
  const keyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setAt(next);
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("li")[next]?.focus();
  };
  return (
    <>
      <ol class="speakers" role="listbox" aria-label={gettext("Loudest first")} data-testid="speakers" onKeyDown={keyDown}>
        {shown.map((position, k) => (
          <Speaker
            key={position}
            position={position}
            score={scores[position] ?? 0}
            most={largest(scores)}
            stop={k === Math.min(at, shown.length - 1)}
          />
        ))}
      </ol>
      {(rest > 0 || all) && order.length > FIRST && (
        <button type="button" class="button small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? gettext("Only the loudest") : fill(ngettext("%(count)s more", "%(count)s more", rest), { count: rest })}
        </button>
      )}
    </>
  );
}

interface SpeakerProps {
  position: number;
  score: number;
  most: number;
  stop: boolean; // the tab key's
}

function Speaker({ position, score, most, stop }: SpeakerProps) {
  const side = score < 0 ? gettext("speaks against it") : gettext("speaks for it");
  return (
    <li
      role="option"
      aria-selected={stop}
      aria-description={`${fill(gettext("position %(position)s"), { position })}, ${side}`}
      tabIndex={stop ? 0 : -1}
      class={hovered.value === position ? "speaker lit" : "speaker"}
      data-position={position}
      data-score={score}
      onPointerEnter={() => (hovered.value = position)}
      onPointerLeave={() => (hovered.value = null)}
      onFocus={() => (hovered.value = position)}
      onBlur={() => (hovered.value = null)}
    >
      <Piece of={pieceAt(position)} />
      <span class="id">{position}</span>
      <span class="speaker-bar" aria-hidden="true">
        <i class={score < 0 ? "against" : "for"} style={{ "--length": (Math.abs(score) / most).toFixed(4) }} />
      </span>
      <span class="figures">{signed(score)}</span>
    </li>
  );
}
