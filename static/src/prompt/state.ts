/** What the prompt's pane shows of the tokens. */

import { computed } from "@preact/signals";
import { draft } from "../store/draft";
import { kept } from "../store/kept";
import { answer } from "./ask";
import { edited, segments, standing, type Segment } from "./segments";

export type Borders = "off" | "tokens" | "ids";
export const borders = kept<Borders>("promptBorders", "tokens");

/** More spans than this are slow to lay out at every key, and nobody counts them. */
export const MOST_SEGMENTS = 3000;

export const known = computed<Segment[]>(() => (answer.value ? segments(answer.value) : []));

/** The segments of the prompt as it stands, also while the answer to its newest letter is on its way. */
export const promptSegments = computed<Segment[]>(() => {
  const { prompt } = draft.value;
  const cut = edited(standing(known.value), answer.value?.text ?? "", prompt);
  return cut.length <= MOST_SEGMENTS ? cut : [...cut.slice(0, MOST_SEGMENTS), rest(cut.slice(MOST_SEGMENTS))];
});

const rest = (hidden: Segment[]): Segment => ({ text: hidden.map(({ text }) => text).join(""), ids: [], kind: "text" });
