/** What is being looked at: the run, the selected token, the head, the colours. Signals; the reducer is in `run.ts`. */

import { computed, signal } from "@preact/signals";
import type { Scale } from "../draw/length";
import type { Status } from "../socket/connection";
import type { Lane } from "../socket/lane";
import type { MetricName } from "../tokens/metric";
import { MEAN, type Head } from "./attention";
import { calm } from "./paced";
import { kept } from "./kept";
import { runAt, runUpTo } from "./replay";
import { EMPTY } from "./run";
import { wholeOf } from "./whole";

const CALM_MS = 75; // up to 13 tokens a second, each is shown

export type Tab = "choice" | "attention" | "layers" | "timing" | "whatif" | "tree" | "code";
export type Theme = "light" | "dark" | "system";

/** The run on the screen among those that are followed; null where there is none. */
export const lane = signal<Lane | null>(null);
/** The moment of the run that is shown, ms since its submission; null: all that has come. */
export const moment = signal<number | null>(null);
/** So many tokens of a run alone are shown, as in the replay of a lecture; null: all that have come. */
export const upTo = signal<{ run: string; tokens: number } | null>(null);
export const run = computed(() => {
  const whole = lane.value ? wholeOf(lane.value).value : EMPTY;
  if (upTo.value && upTo.value.run === whole.id) return runUpTo(whole, upTo.value.tokens);
  return moment.value === null ? whole : runAt(whole, moment.value);
});
export const connection = signal<Status>("connecting");

/** The step that the person picked; null follows the newest. */
export const picked = signal<number | null>(null);
const last = computed(() => run.value.tokens.length - 1);
const newest = calm(last, CALM_MS);
/** The tokens that panels draw: the same as the run's, at most a blink later. */
export const shownTokens = computed(() => {
  void newest.value;
  return run.peek().tokens;
});
export const step = computed(() => picked.value ?? newest.value);
export const token = computed(() => run.value.tokens[step.value] ?? null);
export const promptLength = computed(() => run.value.started?.prompt_ids.length ?? 0);

/** The position in prompt and output that the pointer is on, wherever it is shown. */
export const hovered = signal<number | null>(null);

export const tab = kept<Tab>("tab", "choice");
export const metric = kept<MetricName>("metric", "surprisal");
export const scale = kept<Scale>("scale", "linear");
export const theme = kept<Theme>("theme", "system");
/** Beside the text where there is room, otherwise a sheet over it. */
const roomy = matchMedia("(min-width: 1200px)");
export const settingsOpen = signal(roomy.matches);
roomy.addEventListener("change", () => (settingsOpen.value = roomy.matches));

export const head = signal<Head>({ layer: 0, head: MEAN });
export const hideFirst = kept("hideFirst", false);

export function pick(to: number): void {
  picked.value = last.value < 0 ? null : Math.max(0, Math.min(last.value, to));
}

export const follow = (): void => {
  picked.value = null;
};
