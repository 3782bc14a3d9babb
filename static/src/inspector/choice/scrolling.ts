/** Which rows of a scrolled table are in sight. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { windowOf, type Window } from "./window";

interface Rows extends Window {
  rowHeight: number; // px
  show: (row: number) => void; // brings it into sight
}

const REM = 1.4; // the height of a row, as the style sheet has it

/** For `count` rows within `box`. Draws again only when other rows come into sight. */
export function useRows(box: RefObject<HTMLElement | null>, count: number): Rows {
  const [window, setWindow] = useState<Window>(() => windowOf(count, 1, 0, 0));
  const rowHeight = REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
  const seen = (): Window => {
    const { scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    return windowOf(count, rowHeight, scrollTop, clientHeight);
  };
  useLayoutEffect(() => {
    const update = () => setWindow((was) => (same(was, seen()) ? was : seen()));
    update();
    const element = box.current;
    const resized = new ResizeObserver(update);
    if (element) resized.observe(element);
    element?.addEventListener("scroll", update, { passive: true });
    return () => {
      resized.disconnect();
      element?.removeEventListener("scroll", update);
    };
  }, [count]);
  const show = (row: number) => intoSight(box.current, row * rowHeight, rowHeight);
  return { first: Math.min(window.first, count), last: Math.min(window.last, count), rowHeight, show };
}

const same = (a: Window, b: Window): boolean => a.first === b.first && a.last === b.last;

/** Scrolls as little as it takes, with the head of the table above and the row of the rest below left free. */
function intoSight(box: HTMLElement | null, top: number, height: number): void {
  if (!box) return;
  const free = box.clientHeight - headOf(box) - height;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top > box.scrollTop + free) box.scrollTop = top - free;
}

const headOf = (box: HTMLElement): number =>
  [...box.querySelectorAll("thead, .followed")].reduce((sum, part) => sum + part.clientHeight, 0);
