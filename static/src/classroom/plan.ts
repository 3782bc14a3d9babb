/** A step of a ready lesson put into the teacher's playground: its prompt, its settings, where to look. Says nothing to the server. */

import { batch, computed, effect, signal } from "@preact/signals";
import { view as layersView, type View } from "../inspector/layers/state";
import type { StepPlan } from "../protocol/generated";
import { equal, type Values } from "../settings/schema";
import { boot, change, draft, drafts, fields, isExample, type Draft } from "../store/draft";
import { head, hideFirst, lane, metric, pick, run, tab, type Tab } from "../store/view";
import type { MetricName } from "../tokens/metric";
import { plan, room, waiting } from "./room";

interface Look {
  panel: Tab;
  token: number | null;
  layer: number;
  head: number;
  first: boolean;
  colours: MetricName | null;
  view: View;
}
/** What a step asks. */
export interface Asked {
  kind: "token" | "choice";
  options: number;
}

const BUNDLED = "inference/bundled/models/main";
const bundled = boot.models.find(({ address }) => address === BUNDLED)?.name ?? null;

export const step = computed<StepPlan | null>(() => plan.value?.steps[plan.value.at] ?? null);
export const lookOf = (of: StepPlan): Look => of.look as unknown as Look;
export const askedBy = (of: StepPlan): Asked => of.question as unknown as Asked;

/** The settings of a step: what it does not name is at its default. */
export const settingsOf = (of: StepPlan): Values => ({
  ...(Object.fromEntries(fields.map(({ name, initial }) => [name, initial])) as Values),
  ...(of.sampling as Values),
});

/** Whether `given` is what the step asks for. The seed counts where the step names it. */
export function isOf(of: StepPlan, given: Pick<Draft, "prompt" | "sampling"> | null): boolean {
  if (given?.prompt !== of.prompt) return false;
  const same = ([name, value]: [string, unknown]): boolean =>
    (name === "seed" && !("seed" in of.sampling)) || equal(value, given.sampling[name]);
  return Object.entries(settingsOf(of)).every(same);
}

/** The lessons are written for the bundled model; with another one their notes may not hold. */
export const otherModel = computed(() => bundled !== null && draft.value.model !== bundled);

/** Whether the step's run is on the screen. */
export const isRun = computed(
  () => step.value !== null && run.value.id !== null && isOf(step.value, (lane.value && drafts.get(lane.value)) ?? null),
);
/** Whether the class waits before a token of it. */
export const isHeld = computed(() => isRun.value && waiting.value?.step != null && waiting.value.run === run.value.id);

/** Fills the fields with the step's prompt and settings, and looks where it says. */
export function setUp(of: StepPlan): void {
  const model = room.peek()?.model || bundled;
  batch(() => {
    change({
      ...(model ? { model } : {}),
      mode: "complete",
      prompt: of.prompt,
      sampling: settingsOf(of),
      watch: { ...draft.peek().watch, top_n: Math.max(20, draft.peek().watch.top_n), attention: boot.example.watch.attention ?? "mean" },
    });
    lookAt(lookOf(of));
  });
}

/** The lesson that this page has just begun. */
export const expected = signal("");

/** Sets up the first step of a lesson that is begun here, or that the room was opened with. */
export function entering(): () => void {
  return effect(() => {
    const first = plan.value?.at === 0 ? plan.value.steps[0] : undefined;
    const asked = plan.value !== null && plan.value.key === expected.value;
    if (!first || !room.value || !(asked || untouched(first))) return;
    expected.value = "";
    setUp(first);
  });
}

/** Nobody has run anything, nor typed. */
const untouched = (first: StepPlan): boolean =>
  room.peek()?.run === null && isExample(draft.peek()) && draft.peek().prompt !== first.prompt;

function lookAt({ panel, layer, head: number, first, colours, view }: Look): void {
  tab.value = panel;
  head.value = { layer, head: number };
  hideFirst.value = !first;
  if (panel === "layers") layersView.value = view;
  if (colours) metric.value = colours;
}

/** Selects the token that a step is about, once, as soon as it is there. */
export function pointing(): () => void {
  let done = "";
  return effect(() => {
    const at = step.value && lookOf(step.value).token;
    const id = run.value.id;
    if (at == null || !isRun.value || run.value.tokens.length <= at) return;
    const name = `${plan.peek()?.key} ${plan.peek()?.at} ${id}`;
    if (name !== done) pick(at);
    done = name;
  });
}
