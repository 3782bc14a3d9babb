/** Signals that the browser remembers from visit to visit. */

import { effect, signal, type Signal } from "@preact/signals";
import { loadFor, storeFor } from "./storage";

export function kept<T>(name: string, initial: T): Signal<T> {
  const remembered = signal<T>(loadFor<T>(localStorage, name) ?? initial);
  effect(() => storeFor(localStorage, name, remembered.value));
  return remembered;
}
