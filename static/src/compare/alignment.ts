/** Where texts part, and what can be said of one: pure, over the tokens of runs. */

import type { ModelInfo, Token } from "../protocol/generated";
import type { RunState } from "../store/run";

type Tokens = readonly Token[];

/** The first step at which two texts differ; null where they do not (yet). A text that has ended differs from one that goes on. */
export function firstDifference(one: RunState, other: RunState): number | null {
  const same = sameness(one.model, other.model);
  const shared = Math.min(one.tokens.length, other.tokens.length);
  for (let step = 0; step < shared; step++) if (!same(one.tokens[step] as Token, other.tokens[step] as Token)) return step;
  const [shorter, longer] = one.tokens.length < other.tokens.length ? [one, other] : [other, one];
  return shorter.phase === "finished" && longer.tokens.length > shared ? shared : null;
}

/** The id says which token it is within one vocabulary; across two of them only the bytes do. */
function sameness(one: ModelInfo | null, other: ModelInfo | null): (a: Token, b: Token) => boolean {
  const sameIds = one?.vocab_size === other?.vocab_size;
  return (a, b) => (!sameIds || a.id === b.id) && equalBytes(a.piece, b.piece);
}

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, k) => byte === b[k]);

/** Of the generated tokens, by the model's own distribution before any stage; null where it is not known of all. */
export function perplexity(tokens: Tokens): number | null {
  const logprobs = tokens.map(({ raw_logprob }) => raw_logprob).filter((value) => value !== null);
  if (tokens.length === 0 || logprobs.length < tokens.length) return null;
  return Math.exp(-logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length);
}

/**
 * The step that is shown while none is picked: the newest that every run which goes on has reached, so that no lane blinks;
 * -1 before the first.
 */
export function newestStep(runs: readonly RunState[]): number {
  const live = runs.filter(({ phase, tokens }) => phase !== "finished" && phase !== "refused" && tokens.length > 0);
  const lengths = (live.length > 0 ? live : runs).map(({ tokens }) => tokens.length);
  return (live.length > 0 ? Math.min(...lengths) : Math.max(0, ...lengths)) - 1;
}

/** The mean of the finite values, and how many are infinite. */
export function meanOf(values: Iterable<number>): { mean: number | null; infinite: number } {
  const all = [...values];
  const finite = all.filter(Number.isFinite);
  return {
    mean: finite.length > 0 ? finite.reduce((sum, value) => sum + value, 0) / finite.length : null,
    infinite: all.length - finite.length,
  };
}
