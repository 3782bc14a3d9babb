/** How far each lane's distribution is from the first lane's at every step of the first lane's own text: asked once that has ended. */

import { effect, signal, untracked } from "@preact/signals";
import { Refusal, sentence } from "../errors";
import type { Divergence } from "../protocol/generated";
import { runs, type Started } from "./runs";
import { first } from "./steps";

export const TOP_K = 10;

export type Found = { state: "asking" } | { state: "found"; answer: Divergence } | { state: "refused"; why: string; again: boolean };

const PASSING = ["connection_lost", "no_answer", "unavailable", "rate_limited", "too_many_questions", "no_worker"];

const found = signal<ReadonlyMap<string, Found>>(new Map()); // by the ids of the two runs
const nameOf = (one: Started, other: Started): string => `${one.lane.id} ${other.lane.id}`;
const note = (name: string, result: Found): void => {
  found.value = new Map([...found.peek(), [name, result]]);
};

/** What is known of the lane against the first; null as long as nothing has been asked. */
export function divergenceOf(key: number): Found | null {
  const [one, other] = [runs.value.get(first.value), runs.value.get(key)];
  return (one && other && found.value.get(nameOf(one, other))) ?? null;
}

/** Asks about every lane as soon as the first has ended. */
export function watchDivergence(): void {
  effect(() => {
    const one = runs.value.get(first.value);
    if (!one || one.lane.run.value.phase !== "finished" || one.lane.run.value.tokens.length === 0) return;
    for (const [key, other] of runs.value) {
      if (other === one || ["asking", "refused"].includes(other.lane.run.value.phase)) continue;
      if (untracked(() => divergenceOf(key)) === null) untracked(() => ask(key));
    }
  });
}

export function ask(key: number): void {
  const [one, other] = [runs.value.get(first.value), runs.value.get(key)];
  if (one && other) void inquire(one, other);
}

async function inquire(one: Started, other: Started): Promise<void> {
  const name = nameOf(one, other);
  note(name, { state: "asking" });
  try {
    const model = other.asked.model === one.asked.model ? null : other.asked.model;
    const answer = await one.lane.inquire({ type: "divergence", sampling: other.asked.sampling, model, top_k: TOP_K });
    if (answer.type === "divergence") note(name, { state: "found", answer });
  } catch (error) {
    const reason = error instanceof Refusal ? error.errors[0] : undefined;
    note(name, { state: "refused", why: reason ? sentence(reason) : String(error), again: PASSING.includes(reason?.code ?? "") });
  }
}
