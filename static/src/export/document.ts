/** The run on the screen as one JSON document; `docs/export.md` is its description. Pure. */

import { values } from "../protocol/codec";
import type { Attention, Token, Trace } from "../protocol/generated";
import type { Draft } from "../store/draft";
import { headsOf } from "../store/attention";
import { ownTokens, type RunState } from "../store/run";
import { asText, base64, finite } from "./bytes";

export const FORMAT = "logitscope-run";
export const VERSION = 1;

/** `asked` is null where another page asked for the run: then its settings are not known here. */
export function runDocument(run: RunState, asked: Draft | null, exportedAt: Date) {
  const { started, model, finished, tokens } = run;
  return {
    format: FORMAT,
    version: VERSION,
    exported_at: exportedAt.toISOString(),
    run: run.id,
    model,
    seed: started?.seed ?? null,
    asked: asked && askedFor(asked),
    stages: started?.stages ?? [],
    prompt: { ids: started?.prompt_ids ?? [], pieces: (started?.prompt_pieces ?? []).map(base64) },
    output_token_ids: started?.output_ids ?? [],
    text:
      (started?.output_text ?? "") +
      ownTokens(run)
        .map(({ text }) => text)
        .join("") +
      (finished?.text ?? ""),
    tokens: tokens.map(tokenEntry),
    prefilled: run.prefilled && { tokens: run.prefilled.tokens, reused_tokens: run.prefilled.reused_tokens, ms: run.prefilled.ms },
    finished: finished && {
      reason: finished.reason,
      detail: finished.detail,
      usage: finished.usage,
      timing: finished.timing,
      memory: finished.memory,
    },
  };
}

function askedFor({ model, mode, prompt, messages, sampling, watch, speed }: Draft) {
  return { model, ...(mode === "chat" ? { messages } : { prompt }), sampling, watch, max_tokens_per_second: speed };
}

function tokenEntry({ type: _, run: __, seq: ___, piece, trace, attention, ...numbers }: Token) {
  return { ...numbers, piece: base64(piece), trace: trace && traceEntry(trace), attention: attention && attentionEntry(attention) };
}

function traceEntry(trace: Trace) {
  const { stages, dice, token_ids: ids } = trace;
  const of = (block: Trace["scores"], k: number) => stages.map((_, s) => values(block)[s * ids.length + k]);
  return {
    stages,
    dice,
    candidates: ids.map((id, k) => ({
      id,
      piece: base64(trace.pieces[k] ?? new Uint8Array()),
      text: asText(trace.pieces[k] ?? new Uint8Array()),
      scores: of(trace.scores, k).map(finite),
      ranks: of(trace.ranks, k).map((rank) => rank || null),
      removed_by: stages[values(trace.removed_at)[k] ?? -1]?.name ?? null,
      removed_value: finite(values(trace.removed_value)[k]),
    })),
  };
}

function attentionEntry(attention: Attention) {
  return {
    heads: headsOf(attention).map(({ layer, head }) => [layer, head]),
    length: attention.values.shape[1] ?? 0,
    scale: Array.from(values(attention.scale)),
    weights: base64(attention.values.data),
  };
}
