/** A number that follows another, at most so often: what is shown need not change faster than an eye can see. */

import { effect, signal, type ReadonlySignal } from "@preact/signals";

/** Growth waits its turn; a fall (a new run) shows at once, and the last value always arrives. */
export function calm(source: ReadonlySignal<number>, everyMs: number): ReadonlySignal<number> {
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
    const wait = source.value < shown.peek() ? 0 : since + everyMs - performance.now();
    if (wait <= 0) show();
    else timer ??= setTimeout(show, wait);
  });
  return shown;
}
