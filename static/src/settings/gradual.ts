/** Drawing in pieces, so that the page answers its first touch while the rest is still being drawn. */

import { useEffect, useState } from "preact/hooks";

const whenIdle: (act: () => void) => void = "requestIdleCallback" in window ? (act) => requestIdleCallback(act) : (act) => setTimeout(act);

/** How many of `total` parts to draw by now: `first` at once, then one more whenever the browser is idle. */
export function useGradual(first: number, total: number): number {
  const [count, setCount] = useState(first);
  useEffect(() => {
    if (count < total) whenIdle(() => setCount(count + 1));
  }, [count, total]);
  return count;
}
