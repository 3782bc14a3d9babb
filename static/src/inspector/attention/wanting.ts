/** Decides which rows to ask for: those of the prompt and gaps on request, those of rollout whenever it is shown. */

import { effect } from "@preact/signals";
import { ROLLOUT, sameHead, type Head } from "../../store/attention";
import { run, tab } from "../../store/view";
import { arrivals, asking, refusal, want } from "./asked";
import { firstRow, isEncoderDecoder, live, plainRow, positions, shownHead, watched, whole } from "./state";

const GROWTH = 1 / 4; // of the text, before rollout is worked out again while it is written

effect(() => {
  void arrivals.value;
  if (tab.value !== "attention" || asking.value || refusal.value || isEncoderDecoder.value) return;
  const rollout = shownHead.value.layer === ROLLOUT;
  if (!rollout && !whole.value && (live.value || !isLost(shownHead.value))) return;
  const ongoing = live.value;
  // What a run still has to say comes by itself; the rows of a head that is not sent are asked for at the end.
  const last = rollout || !ongoing ? positions.value : firstRow.value;
  const [first, end] = missing(whole.value ? 0 : firstRow.value, last);
  if (first < end && !(rollout && ongoing && first > firstRow.value && end - first < first * GROWTH))
    void want(shownHead.peek(), first, end);
});

/** Whether early rows of a head that was watched have been let go, or came before it was. */
function isLost(head: Head): boolean {
  const isSent = run.peek().tokens[0]?.attention != null && watched.value.some((other) => sameHead(other, head));
  return isSent && !plainRow(head, firstRow.value);
}

/** From the first row that is not known to behind the last such. */
function missing(from: number, to: number): [number, number] {
  const head = shownHead.peek();
  let [first, last] = [from, to];
  while (first < last && plainRow(head, first)) first += 1;
  while (last > first && plainRow(head, last - 1)) last -= 1;
  return [first, last];
}
