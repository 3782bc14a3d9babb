/**
 * The tokens that a run began with (`RunSpec.output_token_ids`), with all that is known of them. Pure.
 *
 * A run that goes on from another has not decided these steps: their traces are in the other run. Where two runs share all tokens before a
 * step, they share its distribution too, whatever was taken there.
 */

import type { Started, Token, Trace } from "../protocol/generated";
import { values } from "../protocol/codec";

/** Tokens of which the run itself knows no more than that they are there. */
export const givenTokens = ({ output_ids: ids = [], output_pieces: pieces = [] }: Started): Token[] =>
  ids.map((id, step) => plainToken(step, id, pieces[step] ?? new Uint8Array()));

export const plainToken = (step: number, id: number, piece: Uint8Array): Token => ({
  type: "token",
  run: "",
  seq: 0,
  step,
  id,
  piece,
  text: "",
  logprob: null,
  raw_logprob: null,
  raw_rank: null,
  raw_entropy: null,
  t_ms: 0,
  forward_ms: 0,
  sample_ms: 0,
  batch: 0,
  kv_tokens: 0,
  trace: null,
  attention: null,
  sample: 0,
});

/** `given`, each as the run with `tokens` knows it, up to and including the first that is another one there. */
export function inherited(given: readonly Token[], tokens: readonly Token[]): readonly Token[] {
  const parted = given.findIndex((token, step) => token.id !== tokens[step]?.id);
  const shared = parted < 0 ? given.length : parted;
  return given.map((token, step) => {
    const there = tokens[step];
    return step > shared || !there ? token : step < shared ? there : otherwise(there, token);
  });
}

const others = new WeakMap<Token, Map<number, Token>>(); // made once, so that what was drawn stays what it is

/** `taken` where `drawn` stood: the same distribution, the same dice, another token. */
function otherwise(drawn: Token, taken: Token): Token {
  const known = others.get(drawn) ?? new Map<number, Token>();
  const found = known.get(taken.id) ?? { ...drawn, id: taken.id, piece: taken.piece, text: "", ...numbersOf(drawn.trace, taken.id) };
  known.set(taken.id, found);
  others.set(drawn, known);
  return found;
}

/** What a trace says of one of its candidates; null where it is not among them, or was removed. */
function numbersOf(trace: Trace | null, id: number): Pick<Token, "logprob" | "raw_logprob" | "raw_rank"> {
  const k = trace?.token_ids.indexOf(id) ?? -1;
  if (!trace || k < 0) return { logprob: null, raw_logprob: null, raw_rank: null };
  const at = (stage: number): number => stage * trace.token_ids.length + k;
  const logprob = (stage: number): number => (values(trace.scores)[at(stage)] ?? -Infinity) - (trace.stages[stage]?.logsumexp ?? 0);
  const final = logprob(trace.stages.length - 1);
  return { logprob: final === -Infinity ? null : final, raw_logprob: logprob(0), raw_rank: values(trace.ranks)[at(0)] ?? null };
}
