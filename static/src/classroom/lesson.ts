/** Which run is on the screen: the class's or one of one's own; taking the class's to one's own screen, and handing in. */

import { batch, computed, effect, signal } from "@preact/signals";
import { goOnAfter } from "../branching/actions";
import { bring } from "../branching/tree";
import type { Lane } from "../socket/lane";
import { client, show } from "../session";
import { NONE } from "../store/branches";
import { boot, change, changeSampling, draft, drafts, restored, type Draft } from "../store/draft";
import { connection, lane, run, step } from "../store/view";
import { foreign, watching } from "../work/work";
import { following, followingAlong, retake, telling } from "./following";
import { asked, closed, isTeacher, lose, question, role, room, say, shownView, take, tell, you } from "./room";

/** The run that the class sees, as this page holds it. */
export const classLane = signal<Lane | null>(null);
/** Whether one works on something of one's own. */
export const onOwn = signal(false);
let last: Lane | null = null; // of one's own

/** The vote as long as it is what the class is at: its outcome goes when the run goes on. */
export const shownQuestion = computed(() => {
  const now = question.value;
  const seen = classLane.value?.run.value.tokens.length ?? 0;
  return now && (now.kind === "choice" || now.state !== "revealed" || seen <= now.step + 1) ? now : null;
});

/** Opens the socket of the room and keeps the screen with the lecture. */
export function attend(link: () => void): void {
  client.aside = take;
  link();
  effect(() => {
    if (connection.value === "waiting") lose();
  });
  effect(() => followRun(room.value?.run ?? null));
  effect(() => settingsOf(asked.value?.run ?? null));
  effect(() => void (watching.value = !isTeacher.value && !onOwn.value));
  effect(() => keepToRoom());
}

/** A student's page looks where the teacher does. */
export const follow = (): void => void followingAlong(shownView);

/** The teacher's page tells where it looks, and which run is on its screen. */
export function lead(): void {
  const live = (): boolean => isTeacher.value && room.value?.live === true && room.value.ended === false;
  telling((view) => void client.send({ type: "room_view", view }), live);
  effect(() => {
    const id = lane.value?.run.value.id ?? null;
    if (id && live() && id !== room.peek()?.run && !showing(id)) void tell({ type: "room_show", run: id });
  });
}

/** Whether the class sees `id`, or is just about to because the room says so. */
const showing = (id: string): boolean => classLane.peek()?.id === id;

function followRun(id: string | null): void {
  if (id === null || role.value === "guest" || role.value === "removed" || role.value === null) return;
  const shown = lane.peek();
  if (shown && (shown.run.peek().id === id || (isTeacher.peek() && shown.isLive && shown.run.value.id === null))) {
    classLane.value = shown; // the teacher's own, which the server has not named yet
    return;
  }
  if (classLane.peek()?.id === id) return;
  batch(() => {
    const opened = client.open(id);
    if (!isTeacher.peek()) foreign.add(id);
    classLane.value = opened;
    if (!onOwn.peek()) show(opened);
    if (following.peek()) retake();
  });
  settingsOf(id);
}

/** What the class's run was asked for, so that it can be taken over and shown as code. */
function settingsOf(id: string | null): void {
  const its = classLane.value;
  if (!its || its.id !== id || drafts.has(its) || !asked.peek() || asked.peek()?.run !== id) return;
  const spec = asked.peek()?.spec as Partial<Draft> & { max_tokens_per_second?: number | null };
  const of = restored({
    ...draft.peek(),
    ...spec,
    mode: "complete",
    prompt: (spec.prompt as string | null) ?? "",
    speed: spec.max_tokens_per_second ?? null,
  });
  drafts.set(its, of);
}

/** A student's settings keep to those of the room. */
function keepToRoom(): void {
  const now = room.value;
  if (!now || isTeacher.value) return;
  const { model, sampling } = draft.peek();
  if (now.model && model !== now.model) change({ model: now.model });
  if (Number(sampling.max_tokens) > now.max_tokens) changeSampling({ max_tokens: now.max_tokens });
}

/** What keeps a student from a run of their own; null: nothing. */
export const mayRun = computed(() => role.value === "student" && room.value?.forks_muted === false && room.value.ended === false);

/** Leaves the class's run for one's own work, as it was. */
export function goOwn(prompt?: string): void {
  batch(() => {
    following.value = false;
    onOwn.value = true;
    if (prompt !== undefined) change({ prompt, mode: "complete" });
    if (last) show(last);
    else {
      bring(NONE, new Map());
      lane.value = null;
    }
  });
}

/** Back to what the class sees, and where the teacher looks. */
export function back(): void {
  batch(() => {
    if (onOwn.peek()) last = lane.peek();
    onOwn.value = false;
    if (classLane.peek()) show(classLane.peek() as Lane);
    following.value = true;
  });
}

/** Takes the class's run, exactly as it is after the selected token, and goes on by oneself. */
export function fork(): void {
  const from = classLane.peek();
  if (!from) return;
  const at = step.peek();
  batch(() => {
    onOwn.value = true;
    watching.value = false;
    following.value = false;
    show(from);
  });
  const rest = Math.min(room.peek()?.max_tokens ?? 120, Math.max(1, Number(drafts.get(from)?.sampling.max_tokens ?? 120) - at - 1));
  goOnAfter(at, { max_tokens: at + 1 + rest });
}

/** The student's own run on the screen that can be given to the teacher; null: there is none, or it has been given. */
export const toHandIn = computed(() => {
  const id = run.value.id;
  return onOwn.value && id && run.value.phase === "finished" && !you.value?.handed_in.includes(id) && !foreign.has(id) ? id : null;
});
export const handIn = (id: string): Promise<boolean> => tell({ type: "hand_in", run: id });

export const join = (nickname: string): Promise<void> => say({ type: "join", nickname });
export { boot, closed };
