/** How far each lane's distribution is from the first lane's at every step of the first lane's own text: asked for piece by piece while that grows. */

import { effect, signal, untracked } from "@preact/signals";
import { Refusal, sentence } from "../errors";
import { values } from "../protocol/codec";
import type { Divergence } from "../protocol/generated";
import { isLive } from "../store/run";
import { readOnly } from "../work/work";
import { joined, NOTHING, stepsOf, type Distances } from "./distances";
import { runs, type Started } from "./runs";
import { first } from "./steps";

export const TOP_K = 10;
const PACE_MS = 350; // between two questions of this page: the server takes five a second
const PATIENCE_MS = 2000; // after one that was refused for the moment

export interface Found {
  distances: Distances; // of the steps that are known so far
  asking: boolean;
  refused: { why: string; passing: boolean } | null;
}

const UNKNOWN: Found = { distances: NOTHING, asking: false, refused: null };
const PASSING = ["connection_lost", "no_answer", "unavailable", "rate_limited", "too_many_questions", "no_worker", "not_started"];

const found = signal<ReadonlyMap<string, Found>>(new Map()); // by the ids of the two runs
const due = signal(0); // counts the moments at which it is time to ask again
let quiet = false;

const nameOf = (one: Started, other: Started): string => `${one.lane.id} ${other.lane.id}`;
const known = (name: string): Found => found.peek().get(name) ?? UNKNOWN;
const note = (name: string, part: Partial<Found>): void => {
  found.value = new Map([...found.peek(), [name, { ...known(name), ...part }]]);
};

/** What is known of the lane against the first. */
export function divergenceOf(key: number): Found {
  const [one, other] = [runs.value.get(first.value), runs.value.get(key)];
  return (one && other && found.value.get(nameOf(one, other))) ?? UNKNOWN;
}

/** What was known of the lane when the comparison was kept. */
export function recall(key: number, distances: Distances): void {
  const [one, other] = [runs.peek().get(first.peek()), runs.peek().get(key)];
  if (!one || !other || stepsOf(distances) <= stepsOf(divergenceOf(key).distances)) return;
  note(nameOf(one, other), { distances, refused: null });
}

/** Asks about every lane as the first one's text grows, the one of which least is known first. */
export function watchDivergence(): void {
  effect(() => {
    const one = runs.value.get(first.value);
    void due.value;
    if (!one || one.lane.run.value.tokens.length === 0 || readOnly.value) return;
    const waiting = [...runs.value.values()].filter((other) => other !== one && lacks(one, other));
    if (!quiet && waiting.length > 0) untracked(() => askNext(one, waiting));
  });
}

/** Whether there are steps of `one` at which the distance of `other` has not been asked for, though it could be. */
function lacks(one: Started, other: Started): boolean {
  if (["asking", "refused"].includes(other.lane.run.value.phase)) return false;
  const { asking, refused, distances } = found.value.get(nameOf(one, other)) ?? UNKNOWN;
  return !asking && !refused && stepsOf(distances) < one.lane.run.value.tokens.length;
}

function askNext(one: Started, waiting: Started[]): void {
  const other = waiting.reduce((a, b) => (stepsOf(known(nameOf(one, b)).distances) < stepsOf(known(nameOf(one, a)).distances) ? b : a));
  rest(PACE_MS);
  void inquire(one, other);
}

/** No question for `ms`. */
function rest(ms: number): void {
  quiet = true;
  setTimeout(() => {
    quiet = false;
    due.value++;
  }, ms);
}

/** Once more, after a refusal. */
export function ask(key: number): void {
  const [one, other] = [runs.value.get(first.value), runs.value.get(key)];
  if (one && other) void inquire(one, other);
}

async function inquire(one: Started, other: Started): Promise<void> {
  const name = nameOf(one, other);
  const from = stepsOf(known(name).distances);
  note(name, { asking: true, refused: null });
  try {
    const model = other.asked.model === one.asked.model ? null : other.asked.model;
    const answer = await one.lane.inquire({ type: "divergence", sampling: other.asked.sampling, model, top_k: TOP_K, first: from });
    const { distances } = known(name);
    if (answer.type !== "divergence") return;
    note(name, { asking: false, ...(stepsOf(distances) === from ? { distances: joined(distances, read(answer)) } : {}) });
  } catch (error) {
    refuse(name, one, error);
  }
}

const read = ({ kl, reverse_kl, js, overlap }: Divergence): Distances =>
  ({ kl: values(kl), reverse_kl: values(reverse_kl), js: values(js), overlap: values(overlap) }) as Distances;

/** What is only so for the moment is asked again by itself as long as the run goes on. */
function refuse(name: string, one: Started, error: unknown): void {
  const reason = error instanceof Refusal ? error.errors[0] : undefined;
  const passing = PASSING.includes(reason?.code ?? "");
  if (stepsOf(known(name).distances) >= one.lane.run.peek().tokens.length) return note(name, { asking: false }); // recalled meanwhile
  if (passing && isLive(one.lane.run.peek())) setTimeout(() => note(name, { asking: false }), PATIENCE_MS);
  else note(name, { asking: false, refused: { why: reason ? sentence(reason) : String(error), passing } });
}
