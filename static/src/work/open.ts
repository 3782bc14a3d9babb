/** A session on the screen: opened from the site, begun. */

import { batch, signal } from "@preact/signals";
import { bring, clearAll } from "../branching/tree";
import { told } from "../errors";
import { leave, open } from "../session";
import { boot, draft, refusals, restored } from "../store/draft";
import { currentOf } from "../store/branches";
import { fetchSession, type Session } from "./api";
import { askedOf, savedOf } from "./asked";
import { problem } from "./fork";
import { rebuilt } from "./rebuild";
import { leaveWork } from "./work";

/** The session as it was when the page fetched it; null before that. */
export const session = signal<Session | null>(null);

/** Brings the session that the address names to the screen, at `run` or its newest. Whether it names one. */
export function bringSession(run: string | null): boolean {
  if (!boot.session) return false;
  void fetched(boot.session.id, run);
  return true;
}

async function fetched(id: string, run: string | null): Promise<void> {
  try {
    shown(await fetchSession(id), run);
  } catch (error) {
    problem.value = told(error);
    if (run) open(run);
  }
}

function shown(found: Session, run: string | null): void {
  batch(() => {
    session.value = found;
    const { page, branches } = savedOf(found);
    const asked = askedOf(found);
    const all = rebuilt(found.runs, branches, run);
    const at = currentOf(all)?.run;
    draft.value = page ? restored(page) : ((at ? asked.get(at) : null) ?? draft.value);
    bring(all, asked);
  });
}

/** Leaves what there is, which is saved, for an empty page under the same settings. */
export function begin(): void {
  batch(() => {
    leave();
    leaveWork();
    clearAll();
    session.value = null;
    refusals.value = {};
    draft.value = { ...draft.value, prompt: "", messages: [{ role: "user", content: "" }] };
  });
  history.pushState(null, "", "/");
  requestAnimationFrame(() => document.getElementById("prompt")?.focus());
}
