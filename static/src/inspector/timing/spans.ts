/** A run's time from its submission to its last token, cut into spans that leave nothing out and never overlap. Pure. */

import type { Token } from "../../protocol/generated";
import type { RunState } from "../../store/run";

export type Phase = "queue" | "tokenize" | "prefill" | "decode";
export type Kind = "queue" | "tokenize" | "forward" | "sample" | "search" | "wait";

export interface Span {
  phase: Phase;
  kind: Kind;
  from: number; // ms since submission
  to: number;
  step: number; // whose token came of it; -1 before the first
  tokens: number; // that a pass over the prompt took; otherwise 0
}

type Timed = Pick<RunState, "started" | "prefilled" | "tokens" | "several">;

/** What is known so far; nothing of a run that has not begun. Tokens that it began with took it no time. */
export function spansOf(run: Timed): Span[] {
  if (!run.started) return [];
  const spans = new Spans();
  const { queue_ms: queue, tokenize_ms: tokenize } = run.started;
  spans.until(queue, "queue", "queue");
  spans.until(queue + tokenize, "tokenize", "tokenize");
  if (run.prefilled) prefill(spans, run.prefilled, queue + tokenize);
  const found = run.several.hypotheses.length > 0;
  run.tokens
    .slice(run.several.given.length)
    .forEach((token, k) => (found ? spans.until(token.t_ms, "decode", "search", token.step) : decode(spans, token, k === 0)));
  return spans.all;
}

function prefill(
  spans: Spans,
  { chunks, chunk_ms: took = [], chunk_t_ms: over = [], ms }: NonNullable<Timed["prefilled"]>,
  from: number,
): void {
  over.forEach((end, k) => {
    spans.until(end - (took[k] ?? 0), "prefill", "wait");
    spans.until(end, "prefill", "forward", -1, chunks[k] ?? 0);
  });
  spans.until(from + ms, "prefill", over.length > 0 ? "wait" : "forward");
}

/** The first token's forward pass is the last over the prompt. Several tokens may come of one pass: it counts once. */
function decode(spans: Spans, { step, t_ms: end, forward_ms: forward, sample_ms: sample }: Token, isFirst: boolean): void {
  if (!isFirst) {
    spans.until(end - sample - forward, "decode", "wait", step);
    spans.until(end - sample, "decode", "forward", step);
  } else spans.until(end - sample, "decode", "wait", step);
  spans.until(end, "decode", "sample", step);
}

class Spans {
  readonly all: Span[] = [];
  private at = 0;

  /** From where the last span ended; nothing where that is later already. */
  until(to: number, phase: Phase, kind: Kind, step = -1, tokens = 0): void {
    if (to <= this.at) return;
    this.all.push({ phase, kind, from: this.at, to, step, tokens });
    this.at = to;
  }
}

export const endOf = (spans: readonly Span[]): number => spans.at(-1)?.to ?? 0;

export interface Share {
  name: "queue" | "tokenize" | "prefill" | "forward" | "sample" | "search" | "wait";
  ms: number;
}

/** Where the time went: three phases up to the decoding steps, and what those consist of. Adds up to `endOf`. */
export function shares(spans: readonly Span[]): Share[] {
  const names: Share["name"][] = ["queue", "tokenize", "prefill", "forward", "sample", "search", "wait"];
  const nameOf = ({ phase, kind }: Span): Share["name"] => (phase === "decode" ? (kind as Share["name"]) : phase);
  const total = (name: Share["name"]): number => spans.reduce((sum, span) => (nameOf(span) === name ? sum + span.to - span.from : sum), 0);
  return names.map((name) => ({ name, ms: total(name) })).filter(({ name, ms }) => ms > 0 || name !== "search");
}

/** The time that step `k` took, by what it went on. */
export function stepShares(spans: readonly Span[], step: number): Record<"forward" | "sample" | "wait", number> {
  const found = { forward: 0, sample: 0, wait: 0 };
  for (const { step: of, kind, from, to } of spans) if (of === step && kind in found) found[kind as keyof typeof found] += to - from;
  return found;
}
