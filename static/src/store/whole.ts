/** A run together with what it goes on from. Knows nothing of the tree: only which run each began with the tokens of. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Lane } from "../socket/lane";
import { inherited } from "./given";
import type { RunState } from "./run";

export interface Origin {
  lane: Lane;
  sample: number; // of its samples
}

export const origins = new WeakMap<Lane, Origin>();
const known = new WeakMap<Lane, ReadonlySignal<RunState>>();

/** The run of `lane`, the steps that it began with as they were decided in the runs before it. */
export function wholeOf(lane: Lane): ReadonlySignal<RunState> {
  const origin = origins.get(lane);
  if (!origin) return lane.run;
  const found = known.get(lane) ?? grafted(lane, origin);
  known.set(lane, found);
  return found;
}

function grafted(lane: Lane, { lane: parent, sample }: Origin): ReadonlySignal<RunState> {
  const before = wholeOf(parent);
  const given = computed(() => lane.run.value.several.given);
  const past = computed(() => inherited(given.value, before.value.several.samples[sample] ?? before.value.tokens));
  return computed(() => joined(lane.run.value, past.value, before.value));
}

function joined(run: RunState, past: RunState["tokens"], before: RunState): RunState {
  if (run.phase === "refused") return run;
  const tokens = [...past, ...run.tokens.slice(past.length)];
  const several = { ...run.several, given: past, samples: [tokens] };
  return { ...run, started: run.started ?? before.started, model: run.model ?? before.model, tokens, several };
}
