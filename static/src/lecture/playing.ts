/** The clock of a lecture that is replayed: it moves the run, the tokens and the teacher's cursor. A hand of one's own stops it. */

import { batch, computed, effect, signal } from "@preact/signals";
import { branches, visit } from "../branching/tree";
import type { Looked } from "../classroom/glance";
import { following, followingAlong, look } from "../classroom/following";
import { boot } from "../store/draft";
import { lane, moment, upTo } from "../store/view";
import { session } from "../work/open";
import { lectureOf, shownAt } from "./record";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16];
const OPEN_MS = 250; // the clock is drawn four times a second

/** The record of the session on the screen; null: it is no lecture. */
const recorded = computed(() => lectureOf(session.value?.draft));
const left = signal(false); // for the session as it is
export const lecture = computed(() => (left.value ? null : recorded.value));

/** ms since the beginning, as exact as the frames of the screen. */
const time = signal(0);
export const clock = computed(() => Math.floor(time.value / OPEN_MS) * OPEN_MS);
export const playing = signal(false);
export const speed = signal(1);

const now = computed(() => lecture.value && shownAt(lecture.value, time.value));
/** Equal as long as the same is on the screen. */
const key = computed(() => now.value && `${now.value.run} ${now.value.tokens}`);
const view = computed(() => now.value?.view ?? null);
const asked = computed(() => now.value?.ask ?? null);
export const isRevealed = computed(() => now.value?.isRevealed ?? false);
/** The question that the class was at, or the game. */
export const question = asked;
export const game = computed(() => now.value?.game ?? null);

const told = signal<{ view: Looked } | null>(null);

/** Lets the lecture move the page, from now on. */
export function attend(): void {
  if (!boot.session) return;
  effect(() => void (time.value = recorded.value?.length ?? 0)); // all of it, until somebody plays
  effect(() => void (key.value !== null && bring()));
  effect(() => void (told.value = view.value && { view: view.value }));
  followingAlong(told);
  effect(() => {
    if (!following.value) pause();
  });
}

/** Shows the run and its tokens as the class saw them. */
function bring(): void {
  const at = now.peek();
  if (!at) return;
  const node = branches.peek().nodes.find(({ run }) => run === at.run);
  batch(() => {
    if (node && lane.peek()?.id !== at.run) visit(node.id);
    moment.value = null;
    upTo.value = { run: at.run, tokens: at.tokens };
    if (following.peek() && at.view) look(at.view);
  });
}

let frame = 0;

/** Plays on; from the start where it is over. */
export function play(): void {
  const all = lecture.peek();
  if (!all) return;
  batch(() => {
    if (time.peek() >= all.length) time.value = 0;
    playing.value = true;
    following.value = true;
  });
  bring();
  let before = performance.now();
  const step = (at: number): void => {
    if (!playing.peek()) return;
    time.value = Math.min(all.length, time.peek() + (at - before) * speed.peek());
    before = at;
    if (time.peek() >= all.length) playing.value = false;
    else frame = requestAnimationFrame(step);
  };
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(step);
}

export function pause(): void {
  playing.value = false;
}

/** Goes to a moment of the lecture. */
export function seek(ms: number): void {
  batch(() => {
    time.value = ms;
    following.value = true;
  });
  bring();
}

/** Leaves the lecture: the session is looked at as any other. */
export function leave(): void {
  pause();
  batch(() => {
    left.value = true;
    upTo.value = null;
  });
}

/** Back to the lecture, where it was left. */
export function comeBack(): void {
  left.value = false;
  seek(time.peek());
}

export const isLeft = computed(() => left.value && recorded.value !== null);
