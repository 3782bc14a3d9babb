/** The meter's numbers: the worker's own where it has given them, otherwise measured from the tokens so far. Pure. */

import { quantileSorted } from "d3-array";
import type { Token } from "../protocol/generated";
import { ownTokens, type RunState } from "./run";

export interface Meter {
  queueMs: number | null;
  tokenizeMs: number | null;
  prefillMs: number | null;
  ttftMs: number | null;
  tpotP50Ms: number | null;
  tpotP95Ms: number | null;
  tokensPerSecond: number | null;
  clickMs: number | null; // from the click to the first token in this page
}

export function meter(run: RunState): Meter {
  const timing = run.finished?.timing;
  const gaps = gapsMs(run).sort((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    queueMs: timing?.queue_ms ?? run.started?.queue_ms ?? null,
    tokenizeMs: timing?.tokenize_ms ?? run.started?.tokenize_ms ?? null,
    prefillMs: timing?.prefill_ms ?? run.prefilled?.ms ?? null,
    ttftMs: timing?.ttft_ms ?? ownTokens(run)[0]?.t_ms ?? null,
    tpotP50Ms: timing?.tpot_p50_ms ?? quantileSorted(gaps, 0.5) ?? null,
    tpotP95Ms: timing?.tpot_p95_ms ?? quantileSorted(gaps, 0.95) ?? null,
    tokensPerSecond: timing?.tokens_per_second ?? (total > 0 ? (1000 * gaps.length) / total : null),
    clickMs: run.askedAt !== null && run.firstTokenAt !== null ? run.firstTokenAt - run.askedAt : null,
  };
}

const gapsMs = (run: RunState): number[] => gapsOf(ownTokens(run));
const gapsOf = (tokens: readonly Token[]): number[] => tokens.slice(1).map((token, k) => token.t_ms - (tokens[k]?.t_ms ?? 0));
