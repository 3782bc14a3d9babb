/** Whether a step of the lesson is being changed: another is not begun meanwhile. */

import { signal } from "@preact/signals";

export const busy = signal(false);

export async function held(work: () => Promise<void>): Promise<void> {
  busy.value = true;
  await work().finally(() => (busy.value = false));
}
