/** The comparison as a session: begun with the first run, saved as one goes, brought back with no worker. */

import { batch, computed, effect } from "@preact/signals";
import { told } from "../errors";
import { boot, draft, modeOf, refusals, restored } from "../store/draft";
import { isLive } from "../store/run";
import { createSession, fetchSession, type Session } from "../work/api";
import { askedOf, inOneLine, savedOf, titleOf, type Saved } from "../work/asked";
import { problem } from "../work/fork";
import { saving } from "../work/saving";
import { enter, leaveWork, work } from "../work/work";
import { divergenceOf, recall } from "./divergence";
import { stepsOf } from "./distances";
import { distancesOf, packed, runsOf, unpacked, type Comparison } from "./kept";
import { bring, clear, knows, runs, stateOf } from "./runs";
import { edited, sides } from "./sides";
import { first, follow } from "./steps";

/** From now on: the address names the session, but for one in a frame, and what changes is saved in it, once what it had is here. */
export function keepSession(): void {
  void (boot.session ? fetched(boot.session.id) : Promise.resolve()).then(() => saving(state));
  if (boot.session?.embedded !== undefined) return;
  effect(() => history.replaceState(null, "", work.value ? `/compare?session=${encodeURIComponent(work.value.session)}` : "/compare"));
  effect(() => {
    if (isDeleted.value) leaveWork(); // the next run begins another
  });
}

const isDeleted = computed(() =>
  sides.value.some(({ key }) => stateOf(key).errors.some(({ code, field }) => code === "not_found" && field === "session")),
);

const state = (): Saved => ({ page: draft.value, comparison: JSON.parse(comparison.value) as Comparison });

/** As text, so that what is saved changes only when it differs, and not with every token. */
const comparison = computed(() => {
  const known = sides.value.flatMap(({ key }): Comparison["runs"] => {
    const id = runs.value.get(key)?.lane.id;
    return id ? [[key, id]] : [];
  });
  return JSON.stringify({ sides: sides.value, runs: known, distances: final() } satisfies Comparison);
});

/** The distances, once the text that they are of has ended. */
function final(): Comparison["distances"] {
  if (isLive(stateOf(first.value))) return {};
  const known = sides.value.slice(1).map(({ key }) => [key, divergenceOf(key).distances] as const);
  return packed(new Map(known.filter(([, distances]) => stepsOf(distances) > 0)));
}

/** The session that the next runs belong to; begun where there is none. Raises `Refusal`. */
export async function placed(): Promise<string> {
  const known = work.peek()?.session;
  if (known) return known;
  const { id } = await createSession({ title: title(), draft: state() as Record<string, unknown> });
  enter(id);
  return id;
}

const title = (): string => (modeOf(draft.peek()) === "chat" ? titleOf(draft.peek().messages) : inOneLine(draft.peek().prompt));

async function fetched(id: string): Promise<void> {
  try {
    shown(await fetchSession(id));
  } catch (error) {
    problem.value = told(error);
  }
}

/** What this tab has of it already, after a reload, is newer than what was saved. */
function shown(found: Session): void {
  const saved = unpacked(savedOf(found).comparison);
  if (!saved) return;
  batch(() => {
    if (!knows(found.id)) restore(found, saved);
    for (const { key } of sides.value.slice(1)) recall(key, distancesOf(saved, key));
  });
}

function restore(found: Session, saved: Comparison): void {
  const asked = askedOf(found);
  const { page } = savedOf(found);
  if (page) draft.value = restored(page);
  sides.value = saved.sides;
  bring(runsOf(saved, found.runs).flatMap(([key, run]) => (asked.has(run) ? [[key, run, asked.get(run)!] as const] : [])));
}

/** Leaves what there is, which is saved, for an empty page under the same settings and lanes. */
export function begin(): void {
  batch(() => {
    leaveWork();
    clear();
    follow();
    edited.value = null;
    refusals.value = {};
    draft.value = { ...draft.value, prompt: "", messages: [{ role: "user", content: "" }] };
  });
  requestAnimationFrame(() => document.getElementById("prompt")?.focus());
}
