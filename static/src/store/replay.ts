/** A run as it was at a moment of its life. Pure; the clock is elsewhere. */

import type { Token } from "../protocol/generated";
import { ownTokens, type RunState } from "./run";

/** When its own tokens came: the first and the last, ms since submission; null where there is nothing to be played. */
export function spanOf(run: RunState): [number, number] | null {
  const all =
    run.several.samples.length > 0 ? run.several.samples.flatMap((tokens) => tokens.slice(run.several.given.length)) : ownTokens(run);
  if (run.phase !== "finished" || all.length < 2) return null;
  const times = all.map(({ t_ms }) => t_ms);
  return [Math.min(...times), Math.max(...times)];
}

/** The run when `ms` had gone by since its submission. What it began with was there from the start. */
export function runAt(run: RunState, ms: number): RunState {
  const span = spanOf(run);
  if (!span || ms >= span[1]) return run;
  const given = run.several.given.length;
  const cut = (tokens: readonly Token[]): readonly Token[] => tokens.filter(({ t_ms }, k) => k < given || t_ms <= ms);
  const several = { ...run.several, samples: run.several.samples.map(cut), hypotheses: [] };
  return { ...run, phase: "running", tokens: cut(run.tokens), several, finished: null };
}

/** The run when it had so many tokens. What it began with was there from the start. */
export function runUpTo(run: RunState, tokens: number): RunState {
  if (tokens >= run.tokens.length) return run;
  const left = Math.max(tokens, run.several.given.length);
  const several = { ...run.several, samples: run.several.samples.map((sample) => sample.slice(0, left)), hypotheses: [] };
  return { ...run, phase: "running", tokens: run.tokens.slice(0, left), several, finished: null };
}
