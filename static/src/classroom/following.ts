/** What the teacher looks at, told to the class and taken over by it. Knows no socket: what is told and taken are plain maps. */

import { batch, effect, signal, type Signal } from "@preact/signals";
import type { Looked } from "./glance";
import { look as lookThere, looked } from "./looking";

const QUIET_MS = 120; // between two tellings: eight a second show a moving hand

/** Tells what this page looks at, as often as it changes but not more often than the eye needs. */
export function telling(tell: (looked: Looked) => void, wanted: () => boolean): () => void {
  let timer = 0;
  let before = "";
  const send = (): void => {
    timer = 0;
    const now = JSON.stringify(looked.peek());
    if (now === before) return;
    before = now;
    tell(looked.peek());
  };
  return effect(() => {
    void looked.value;
    if (wanted()) timer ||= window.setTimeout(send, QUIET_MS);
    else before = "";
  });
}

/** Whether this page looks where the teacher does. Looking elsewhere ends it. */
export const following = signal(true);
let taken = "";

/** Looks where `view` says. */
export function look(view: Looked): void {
  batch(() => {
    lookThere(view);
    retake();
  });
}

/** What is looked at now is no hand of one's own: the lecture itself has brought it about. */
export const retake = (): void => void (taken = JSON.stringify(looked.peek()));

/** Takes over what `view` says for as long as one follows; a hand of one's own ends that. */
export function followingAlong(view: Signal<{ view: Looked } | null>): () => void {
  const apply = effect(() => {
    if (view.value && following.value) look(view.value.view);
  });
  const notice = effect(() => {
    const now = JSON.stringify(looked.value);
    if (following.peek() && taken && now !== taken) following.value = false;
  });
  return () => {
    apply();
    notice();
  };
}
