/** What is looked at beyond the trace of the run: more candidates, followed tokens, another order. Asks for it, and remembers the answers. */

import { computed, effect, signal } from "@preact/signals";
import { Refusal, sentence } from "../../errors";
import type { SamplingParams, StageInfo, StepView, Token, Trace } from "../../protocol/generated";
import type { Lane } from "../../socket/lane";
import type { Values } from "../../settings/schema";
import { values } from "../../protocol/codec";
import { asked } from "../../store/draft";
import { kept } from "../../store/kept";
import { isLive } from "../../store/run";
import type { Traced } from "../../store/trace";
import { lane, picked, run, token } from "../../store/view";

export const MOST = 200;
const CALM_MS = 200; // between two questions
const REMEMBERED = 64; // answers
const UNTRACED = 20; // candidates of a step that was decoded without a trace

/** A token that somebody wants to see whatever becomes of it. */
export interface Followed {
  id: number;
  piece: Uint8Array;
}

/** How many candidates; null: as many as the run was traced with. */
export const candidates = kept<number | null>("candidates", null);
const pinned = signal<{ model: string; tokens: readonly Followed[] }>({ model: "", tokens: [] });
const modelName = computed(() => run.value.model?.name ?? "");
/** Of the vocabulary of the model on the screen. */
export const followed = computed(() => (pinned.value.model === modelName.value ? pinned.value.tokens : []));
export const MOST_FOLLOWED = 16;

export const isFollowed = (id: number): boolean => followed.value.some((one) => one.id === id);

export function follow(one: Followed): void {
  if (!isFollowed(one.id)) pinned.value = { model: modelName.value, tokens: [...followed.value, one].slice(-MOST_FOLLOWED) };
}

export function unfollow(id: number): void {
  pinned.value = { model: modelName.value, tokens: followed.value.filter((one) => one.id !== id) };
}

/** The settings of the run on the screen, where this page knows them. */
export const ownSettings = computed<Values | null>(() => asked.value?.sampling ?? null);

/** Dialect and order that are tried in place of the run's own. */
export const tried = signal<{ lane: Lane; settings: Values } | null>(null);
export const experiment = computed(() => (tried.value && tried.value.lane === lane.value ? tried.value.settings : null));

interface Wanted {
  step: number;
  top_n: number;
  tokens: number[];
  sampling?: SamplingParams;
}

/** Of the best tokens of the raw logits, how many are shown without a hole. */
export function shownWhole({ token_ids, ranks }: Trace): number {
  const raw = [...values(ranks).subarray(0, token_ids.length)].sort((a, b) => a - b);
  const hole = raw.findIndex((rank, k) => rank !== k + 1);
  return hole < 0 ? raw.length : hole;
}

function suffices(trace: Trace | null): boolean {
  if (!trace) return false;
  const most = Math.min(candidates.value ?? 0, trace.stages[0]?.kept ?? 0);
  return shownWhole(trace) >= most && followed.value.every(({ id }) => trace.token_ids.includes(id));
}

const chosenIds = ({ id }: Token): number[] => [id, ...followed.value.map((one) => one.id)];

/** What has to be asked to show the step as the run had it; null where its trace says it all. */
const ownWanted = computed<Wanted | null>(() => {
  const current = token.value;
  if (!current || run.value.several.beams.length > 0 || suffices(current.trace)) return null;
  return { step: current.step, top_n: topN(current), tokens: chosenIds(current) };
});

/** And under the order that is tried. */
const triedWanted = computed<Wanted | null>(() => {
  const current = token.value;
  if (!current || !experiment.value || !ownSettings.value) return null;
  const sampling = { ...ownSettings.value, ...experiment.value } as SamplingParams;
  return { step: current.step, top_n: topN(current), tokens: chosenIds(current), sampling };
});

function topN({ trace }: Token): number {
  const traced = trace ? Math.min(MOST, shownWhole(trace)) : UNTRACED;
  return Math.max(1, candidates.value ?? traced);
}

const nameOf = (wanted: Wanted): string => JSON.stringify([run.value.id, run.value.several.shown, wanted]);

const answers = signal<ReadonlyMap<string, StepView | string>>(new Map());

const found = (wanted: Wanted | null): StepView | string | undefined => (wanted ? answers.value.get(nameOf(wanted)) : undefined);

export interface View extends Traced {
  stages: readonly StageInfo[]; // the pipeline, those that are off included
}

const asView = (answer: StepView | string | undefined): View | null => (typeof answer === "object" ? answer : null);

/** The step as the run had it: the fullest that is known. */
export const own = computed<View | null>(() => {
  const asked = asView(found(ownWanted.value));
  const current = token.value;
  return asked ?? (current?.trace ? { ...current, trace: current.trace, stages: run.value.started?.stages ?? [] } : null);
});
/** The step under the order that is tried. */
export const other = computed<View | null>(() => asView(found(triedWanted.value)));

/** Whoever follows a run as it goes sees its own traces: a question for each token would hold it up. */
const settled = computed(() => picked.value !== null || !isLive(run.value));
const missing = computed(
  () => [ownWanted.value, triedWanted.value].filter((wanted) => wanted !== null && found(wanted) === undefined) as Wanted[],
);
export const waiting = computed(() => settled.value && missing.value.length > 0);
/** Why a question was not answered. */
export const refused = computed(
  () => [found(triedWanted.value), found(ownWanted.value)].find((answer) => typeof answer === "string") ?? null,
);

let lastAsked = 0;
effect(() => {
  const open = missing.value.map((wanted) => [nameOf(wanted), wanted] as const);
  if (!settled.value || open.length === 0) return;
  const timer = setTimeout(
    () => open.forEach(([name, wanted]) => void ask(name, wanted)),
    Math.max(0, lastAsked + CALM_MS - performance.now()),
  );
  return () => clearTimeout(timer);
});

const underWay = new Set<string>();

async function ask(name: string, wanted: Wanted): Promise<void> {
  if (underWay.has(name)) return;
  lastAsked = performance.now();
  underWay.add(name);
  try {
    const answer = await lane.peek()?.inquire({ type: "step", ...wanted });
    if (answer?.type === "step") remember(name, answer);
  } catch (error) {
    remember(name, error instanceof Refusal && error.errors[0] ? sentence(error.errors[0]) : String(error));
  } finally {
    underWay.delete(name);
  }
}

function remember(name: string, answer: StepView | string): void {
  answers.value = new Map([...answers.value, [name, answer] as const].slice(-REMEMBERED));
}

/** Asks again what was refused. */
export function askAgain(): void {
  answers.value = new Map([...answers.value].filter(([, answer]) => typeof answer !== "string"));
}
