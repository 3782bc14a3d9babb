/** Saves a page's state into its session as one goes. Quiet: a failure is told once, and the next change tries again. */

import { effect, signal } from "@preact/signals";
import { Refusal } from "../errors";
import { equal } from "../settings/schema";
import { modeOf } from "../store/draft";
import { titleOf, type Saved } from "./asked";
import { changeSession } from "./api";
import { leaveWork, work } from "./work";

const QUIET_MS = 1500;

/** Whether the last attempt failed. */
export const unsaved = signal(false);

let timer = 0;
let last: { session: string; saved: Saved } | null = null;

/** From now on. `state` reads the signals that it is made of. */
export function saving(state: () => Saved): void {
  effect(() => {
    const session = work.value?.mine ? work.value.session : null;
    const saved = state();
    clearTimeout(timer);
    if (session && !(last?.session === session && equal(last.saved, saved)))
      timer = window.setTimeout(() => void save(session, saved), QUIET_MS);
  });
}

async function save(session: string, saved: Saved): Promise<void> {
  const first = last?.session !== session;
  try {
    const now = await changeSession(session, { draft: saved as Record<string, unknown> });
    last = { session, saved };
    unsaved.value = false;
    if (first && !now.title && saved.page && modeOf(saved.page) === "chat")
      await changeSession(session, { title: titleOf(saved.page.messages) });
  } catch (error) {
    if (error instanceof Refusal && error.errors.some(({ code }) => code === "not_found")) forget(session);
    else unsaved.value = true;
  }
}

/** It was deleted meanwhile: the next run begins another. */
function forget(session: string): void {
  if (work.peek()?.session === session) leaveWork();
}
