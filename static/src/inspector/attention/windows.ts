/** How far back each layer sees: asked of the model once for each layer that is looked at. */

import { computed, effect, signal } from "@preact/signals";
import type { HeadView } from "../../protocol/generated";
import { inquire } from "../../session";
import { run, tab } from "../../store/view";
import { isEncoderDecoder, shownHead } from "./state";

/** By run and layer; null: the whole text. Absent: not known. */
const known = signal<ReadonlyMap<string, number | null>>(new Map());
const asked = new Set<string>();
const name = computed(() => `${run.value.id} ${shownHead.value.layer}`);

/** Positions that a query of the shown layer sees, itself included; null where it sees all, or nobody knows. */
export const sliding = computed(() => known.value.get(name.value) ?? null);

effect(() => {
  const { layer, head } = shownHead.value;
  const wanted = name.value;
  if (tab.value !== "attention" || layer < 0 || isEncoderDecoder.value || run.value.phase !== "finished" || asked.has(wanted)) return;
  asked.add(wanted);
  void learn(wanted, layer, Math.max(0, head));
});

async function learn(wanted: string, layer: number, head: number): Promise<void> {
  try {
    const { window } = (await inquire({ type: "head", position: 1, layer, head })) as HeadView;
    known.value = new Map([...known.peek(), [wanted, window]]);
  } catch {
    // A model without such a view has no window that could be shown.
  }
}
