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
import { followed } from "./following";

export const MOST = 200;
const CALM_MS = 200; // between two questions
const REMEMBERED = 64; // answers
const UNTRACED = 20; // candidates of a step that was decoded without a trace

/** How many candidates; null: as many as the run was traced with. */
export const candidates = kept<number | null>("candidates", null);
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

function suffices(trace: Trace | null, most: number): boolean {
  if (!trace) return false;
  const enough = shownWhole(trace) >= Math.min(most, trace.stages[0]?.kept ?? 0);
  return enough && followed.value.every(({ id }) => trace.token_ids.includes(id));
}

const topN = ({ trace }: Token): number => candidates.value ?? (trace ? Math.min(MOST, Math.max(1, shownWhole(trace))) : UNTRACED);

/** What has to be asked to show the step on the screen under `sampling`, or as the run had it; null where nothing can be. */
function wantedFor(sampling?: SamplingParams): Wanted | null {
  const current = token.value;
  if (!current || run.value.several.search.length > 0) return null;
  const tokens = [current.id, ...followed.value.map(({ id }) => id)];
  return { step: current.step, top_n: topN(current), tokens, ...(sampling && { sampling }) };
}

/** Null where the run's own trace says it all. */
const ownWanted = computed(() => (suffices(token.value?.trace ?? null, candidates.value ?? 0) ? null : wantedFor()));

const triedWanted = computed(() => {
  const settings = experiment.value && ownSettings.value && { ...ownSettings.value, ...experiment.value };
  return settings && wantedFor(settings as SamplingParams);
});

interface Known {
  of: string; // run and sample
  wanted: Wanted;
  answer: StepView | string; // or why there is none
}

const known = signal<readonly Known[]>([]); // the newest first
const here = computed(() => JSON.stringify([run.value.id, run.value.several.shown]));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is known of that step, as many candidates, and (unless `anyOrder`) those settings. */
const about = ({ step, top_n, sampling }: Wanted, anyOrder = false): Known[] =>
  known.value.filter(
    ({ of, wanted }) =>
      of === here.value &&
      wanted.step === step &&
      wanted.top_n === top_n &&
      (anyOrder ? wanted.sampling !== undefined : same(wanted.sampling, sampling)),
  );

const viewIn = (all: readonly Known[]): StepView | null =>
  all.map(({ answer }) => answer).find((answer) => typeof answer !== "string") ?? null;

/** An answer that shows all that is wanted. */
const whole = (wanted: Wanted): StepView | null =>
  viewIn(about(wanted).filter(({ answer }) => typeof answer !== "string" && suffices(answer.trace, wanted.top_n)));

/** The reason why exactly this was not answered. */
const refusal = (wanted: Wanted | null): string | null => {
  const answer = wanted && about(wanted).find((one) => same(one.wanted.tokens, wanted.tokens))?.answer;
  return typeof answer === "string" ? answer : null;
};

export interface View extends Traced {
  stages: readonly StageInfo[]; // the pipeline, those that are off included
}

/** The step as the run had it; while more is being asked for, as much as is known. */
export const own = computed<View | null>(() => {
  const current = token.value;
  const asked = ownWanted.value && (whole(ownWanted.value) ?? viewIn(about(ownWanted.value)));
  if (asked && current) return asChosen(asked, current);
  return current?.trace ? { ...current, trace: current.trace, stages: run.value.started?.stages ?? [] } : null;
});

/** The step with the token that stands there: a person may have taken another than the dice. */
function asChosen(view: StepView, { id, piece }: Token): View {
  const { token_ids, scores, ranks, stages } = view.trace;
  const k = token_ids.indexOf(id);
  if (id === view.id || k < 0) return view;
  const at = (stage: number): number => (values(scores)[stage * token_ids.length + k] ?? NaN) - (stages[stage]?.logsumexp ?? NaN);
  return { ...view, id, piece, logprob: at(stages.length - 1), raw_logprob: at(0), raw_rank: values(ranks)[k] ?? null };
}

/** The step under the order that is tried; under the last one tried while this is being asked for. */
export const other = computed<View | null>(() => {
  const wanted = triedWanted.value;
  if (!wanted || refusal(wanted)) return null;
  return whole(wanted) ?? viewIn(about(wanted)) ?? viewIn(about(wanted, true));
});

/** Whoever follows a run as it goes sees its own traces: a question for each token would hold it up. */
const settled = computed(() => picked.value !== null || !isLive(run.value));
const missing = computed(() =>
  [ownWanted.value, triedWanted.value].filter((wanted): wanted is Wanted => wanted !== null && !whole(wanted) && refusal(wanted) === null),
);
export const waiting = computed(() => settled.value && missing.value.length > 0);
/** Why a question was not answered. */
export const refused = computed(() => refusal(triedWanted.value) ?? refusal(ownWanted.value));

let lastAsked = -CALM_MS;
effect(() => {
  const open = missing.value;
  if (!settled.value || open.length === 0) return;
  const act = () => open.forEach((wanted) => void ask({ of: here.peek(), wanted }));
  const timer = setTimeout(act, Math.max(0, lastAsked + CALM_MS - performance.now()));
  return () => clearTimeout(timer);
});

const underWay = new Set<string>();

async function ask(question: Omit<Known, "answer">): Promise<void> {
  const name = JSON.stringify(question);
  if (underWay.has(name)) return;
  lastAsked = performance.now();
  underWay.add(name);
  try {
    const answer = await lane.peek()?.inquire({ type: "step", ...question.wanted });
    if (answer?.type === "step") remember({ ...question, answer });
  } catch (error) {
    remember({ ...question, answer: error instanceof Refusal && error.errors[0] ? sentence(error.errors[0]) : String(error) });
  } finally {
    underWay.delete(name);
  }
}

function remember(one: Known): void {
  known.value = [one, ...known.value].slice(0, REMEMBERED);
}

/** Asks again what was refused. */
export function askAgain(): void {
  known.value = known.value.filter(({ answer }) => typeof answer !== "string");
}
