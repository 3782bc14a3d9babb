/** A value that follows another, at most so often: what is shown need not change faster than an eye can see, nor be laid out anew for every token. */

import { effect, signal, type ReadonlySignal } from "@preact/signals";

/** The first change shows at once, and so does one that is `urgent`; the others wait their turn, and the last value always arrives. */
export function paced<T>(
  source: ReadonlySignal<T>,
  everyMs: number,
  urgent: (next: T, shown: T) => boolean = () => false,
): ReadonlySignal<T> {
  const shown = signal(source.peek());
  let since = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    clearTimeout(timer);
    timer = undefined;
    since = performance.now();
    shown.value = source.peek();
  };
  effect(() => {
    const wait = urgent(source.value, shown.peek()) ? 0 : since + everyMs - performance.now();
    if (wait <= 0) show();
    else timer ??= setTimeout(show, wait);
  });
  return shown;
}

/** A number whose growth waits its turn; a fall (a new run) shows at once. */
export const calm = (source: ReadonlySignal<number>, everyMs: number): ReadonlySignal<number> =>
  paced(source, everyMs, (next, shown) => next < shown);
