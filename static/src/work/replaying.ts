/** The clock of a replay: a finished run shown again as it came, at its own pace or a multiple of it. */

import { computed, signal } from "@preact/signals";
import { spanOf } from "../store/replay";
import { lane, moment } from "../store/view";
import { wholeOf } from "../store/whole";

export const SPEEDS = [0.25, 0.5, 1, 2, 4];

const SHORTEST = 5; // ms: what came sooner, as the texts of a beam search do at its end, came all at once

/** When the tokens of the run on the screen came; null where there is nothing to replay. */
export const span = computed(() => {
  const found = lane.value && spanOf(wholeOf(lane.value).value);
  return found && found[1] - found[0] >= SHORTEST ? found : null;
});
export const playing = signal(false);
export const speed = signal(1);

let frame = 0;

/** Plays on from where the replay stands; from the start where it is over. */
export function play(): void {
  const times = span.peek();
  if (!times) return;
  if (moment.peek() === null || (moment.peek() ?? 0) >= times[1]) moment.value = times[0];
  playing.value = true;
  let before = performance.now();
  const step = (now: number): void => {
    if (!playing.peek() || moment.peek() === null) return void (playing.value = false);
    moment.value = Math.min(times[1], (moment.peek() ?? 0) + (now - before) * speed.peek());
    before = now;
    if ((moment.peek() ?? 0) >= times[1]) showWhole();
    else frame = requestAnimationFrame(step);
  };
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(step);
}

export const pause = (): void => void (playing.value = false);

/** Goes to a moment, ms since submission. */
export const seek = (to: number): void => void (moment.value = to);

export function showWhole(): void {
  playing.value = false;
  moment.value = null;
}
