/** Decides which rows to ask for: those of the prompt and gaps on request, those of rollout whenever it is shown. */

import { effect } from "@preact/signals";
import { ROLLOUT } from "../../store/attention";
import { isLive } from "../../store/run";
import { run, tab } from "../../store/view";
import { arrivals, asking, refusal, want } from "./asked";
import { firstRow, isEncoderDecoder, plainRow, positions, shownHead, whole } from "./state";

const GROWTH = 1 / 4; // of the text, before rollout is worked out again while it is written

effect(() => {
  void arrivals.value;
  if (tab.value !== "attention" || asking.value || refusal.value || isEncoderDecoder.value) return;
  const rollout = shownHead.value.layer === ROLLOUT;
  if (!rollout && !whole.value) return;
  const live = isLive(run.value);
  // What a run still has to say comes by itself; the rows of a head that is not sent are asked for at the end.
  const last = rollout || !live ? positions.value : firstRow.value;
  const [first, end] = missing(whole.value ? 0 : firstRow.value, last);
  if (first < end && !(rollout && live && first > firstRow.value && end - first < first * GROWTH)) void want(shownHead.peek(), first, end);
});

/** From the first row that is not known to behind the last such. */
function missing(from: number, to: number): [number, number] {
  const head = shownHead.peek();
  let [first, last] = [from, to];
  while (first < last && plainRow(head, first)) first += 1;
  while (last > first && plainRow(head, last - 1)) last -= 1;
  return [first, last];
}
