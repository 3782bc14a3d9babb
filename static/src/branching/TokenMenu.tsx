/** What can be done at a token of the output: a menu at its place, by right click, long press or key. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fill, gettext } from "../i18n";
import { keyDown, opened, Section, type Group, type Item } from "../menu/Menu";
import { probability } from "../numbers";
import { waterfall, type Row } from "../store/trace";
import { run } from "../store/view";
import { label } from "../tokens/pieces";
import { canProceed, canReroll, cut, proceed, reroll, take } from "./actions";
import { edit } from "./Editor";

const OTHERS = 5; // candidates in the menu; the rest are in the waterfall
const ROOM = { width: 260, height: 330 }; // CSS pixels that the menu needs at most

interface Place {
  step: number;
  x: number; // CSS pixels in the window
  y: number;
}

const place = signal<Place | null>(null);

/** Opens the menu of `step` at the pointer, or under its token where a key asked for it. */
export function openMenu(step: number, element: HTMLElement, at?: { clientX: number; clientY: number }): void {
  const box = element.getBoundingClientRect();
  const pointed = at && (at.clientX > 0 || at.clientY > 0);
  const [x, y] = pointed ? [at.clientX, at.clientY] : [box.left, box.bottom];
  place.value = { step, x: Math.max(8, Math.min(x, innerWidth - ROOM.width)), y: Math.max(8, Math.min(y, innerHeight - ROOM.height)) };
}

export const TokenMenu = () => (place.value ? <Open {...place.value} key={place.value.step} /> : null);

function Open({ step, x, y }: Place) {
  const frame = useRef<HTMLDivElement>(null);
  const close = () => {
    place.value = null;
    document.querySelector<HTMLElement>(`.output-tokens [data-step="${step}"]`)?.focus({ preventScroll: true });
  };
  useEffect(() => opened(frame.current, () => (place.value = null)), []);
  const token = run.value.tokens[step];
  if (!token) return null;
  return (
    <div
      class="menu-list token-menu"
      role="menu"
      aria-label={fill(gettext("Token %(token)s"), { token: label(token.piece) })}
      data-testid="token-menu"
      style={{ left: `${x}px`, top: `${y}px` }}
      ref={frame}
      onKeyDown={(event) => keyDown(event, frame.current, close)}
      onContextMenu={(event) => event.preventDefault()}
    >
      {groups(step).map((group) => (
        <Section key={group.key} group={group} hook="token-menu" close={close} />
      ))}
    </div>
  );
}

function groups(step: number): Group[] {
  const last = step === run.value.tokens.length - 1;
  return [
    ...others(step),
    {
      key: "do",
      title: "",
      items: [
        ...(canReroll() ? [{ key: "reroll", title: gettext("Re-roll this step"), act: () => reroll(step) }] : []),
        { key: "edit", title: gettext("Edit from here"), act: () => edit(step) },
        { key: "delete", title: gettext("Delete from here and stop"), act: () => cut(step) },
        ...(last && canProceed() ? [{ key: "continue", title: gettext("Continue"), act: proceed }] : []),
      ],
    },
  ];
}

/** The most likely tokens that do not stand here. */
function others(step: number): Group[] {
  const token = run.value.tokens[step];
  if (!token?.trace) return [];
  const { rows } = waterfall({ ...token, trace: token.trace });
  const items = rows.filter(({ chosen }) => !chosen).slice(0, OTHERS);
  return items.length ? [{ key: "take", title: gettext("Take another token"), items: items.map((row) => other(step, row)) }] : [];
}

function other(step: number, { id, piece, cells }: Row): Item {
  const believed = probability(cells[0]?.probability ?? 0); // before any stage: most of these may have been removed
  return { key: String(id), title: `${label(piece)}  ${believed}`, act: () => take(step, id, piece) };
}
