/** Drawing in pieces, so that the page answers its first touch while the rest is still being drawn. */

import { useEffect, useState } from "preact/hooks";

const LONGEST_WAIT = 200; // ms for each part: a page that draws token after token may never be idle

const whenIdle: (act: () => void) => void =
  "requestIdleCallback" in window ? (act) => requestIdleCallback(act, { timeout: LONGEST_WAIT }) : (act) => setTimeout(act);

/** How many of `total` parts to draw by now: `first` at once, then one more whenever the browser is idle, and soon in any case. */
export function useGradual(first: number, total: number): number {
  const [count, setCount] = useState(first);
  useEffect(() => {
    if (count < total) whenIdle(() => setCount(count + 1));
  }, [count, total]);
  return count;
}
