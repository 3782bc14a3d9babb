/** What the model thought of the prompt it was given. Pure. */

import type { ReadToken } from "../protocol/generated";
import type { Believed } from "../tokens/metric";

/** Of each token of the prompt; nothing precedes the first, so nothing is known of it. */
export const believed = (tokens: readonly ReadToken[]): Believed[] =>
  tokens.map(({ logprob, rank, entropy }) => ({ raw_logprob: logprob, raw_rank: rank, raw_entropy: entropy }));

/** exp of the mean negative log-likelihood of the tokens that have one; null where none has. */
export function perplexity(tokens: readonly ReadToken[]): number | null {
  const known = tokens.flatMap(({ logprob }) => (logprob === null ? [] : [logprob]));
  return known.length ? Math.exp(-known.reduce((total, logprob) => total + logprob, 0) / known.length) : null;
}
