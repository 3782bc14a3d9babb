/** What the Layers panel shows, and the lens of the run on the screen. */

import { computed, signal } from "@preact/signals";
import { ask, subject } from "../../questions/ask";
import { reasons } from "../../questions/useAnswer";
import { kept } from "../../store/kept";
import { isLive } from "../../store/run";
import { promptLength, run, shownTokens, step } from "../../store/view";
import { rowsOf } from "./columns";
import { LensTable } from "./table";

export type View = "lens" | "attribution" | "head";
export type Shows = "probability" | "rank" | "entropy";

export const view = kept<View>("layers", "lens");
export const shows = kept<Shows>("lens", "probability");

/** The position of the selected token in prompt and output. */
export const position = computed(() => promptLength.value + step.value);

/** The scores of the attribution on the screen, by position, for the text to wear; null where none is. */
export const attributed = signal<Float32Array | null>(null);

const BREATH_MS = 300; // of the worker between two pieces while it also decodes

const breath = (): Promise<void> => (isLive(run.peek()) ? new Promise((rested) => setTimeout(rested, BREATH_MS)) : Promise.resolve());

export const table = new LensTable((question, signal) => ask(question, signal), reasons, breath);

/** The run and its sample that the panel asks about. */
export const about = computed(subject);
/** Positions of the text so far. */
export const length = computed(() => promptLength.value + shownTokens.value.length);
const modelRows = computed(() => (run.value.model?.layers ?? 0) + 1);
/** Rows of the lens: before the first layer, and after each. */
export const rows = computed(() => {
  void table.version.value;
  return table.some ? rowsOf(table.some) : modelRows.value;
});

export interface Place {
  row: number;
  position: number;
}

/** The cell under the pointer or the keyboard. */
export const pointed = signal<Place | null>(null);
/** That, or the selected token at the output. */
export const shownPlace = computed<Place>(() => pointed.value ?? { row: rows.value - 1, position: position.value });
