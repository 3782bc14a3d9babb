/** A value that follows another, at most so often: what is laid out anew need not be so for every token. */

import { effect, signal, type ReadonlySignal } from "@preact/signals";

/** The first change shows at once, and the last value always arrives. */
export function paced<T>(source: ReadonlySignal<T>, everyMs: number): ReadonlySignal<T> {
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
    void source.value;
    const wait = since + everyMs - performance.now();
    if (wait <= 0) show();
    else timer ??= setTimeout(show, wait);
  });
  return shown;
}
