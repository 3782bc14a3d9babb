/** The trace as tables: a row a token, and a row a candidate. `docs/export.md` names the columns. Pure. */

import { values } from "../protocol/codec";
import type { Token, Trace } from "../protocol/generated";
import { asText, finite, hexadecimal } from "./bytes";

export type Value = string | number | boolean | null;
export type Row = Record<string, Value>;

export const tokenRows = (tokens: readonly Token[]): Row[] => tokens.map(tokenRow);

function tokenRow(token: Token): Row {
  const { sample = 0, step, id, piece, text, logprob, raw_logprob, raw_rank, raw_entropy, trace } = token;
  return {
    sample,
    step,
    id,
    piece: asText(piece),
    bytes: hexadecimal(piece),
    text,
    logprob: finite(logprob),
    raw_logprob: finite(raw_logprob),
    raw_rank,
    raw_entropy: finite(raw_entropy),
    greedy: trace?.dice.greedy ?? null,
    u: trace?.dice.u ?? null,
    low: trace?.dice.low ?? null,
    high: trace?.dice.high ?? null,
    t_ms: token.t_ms,
    forward_ms: token.forward_ms,
    sample_ms: token.sample_ms,
    batch: token.batch,
    kv_tokens: token.kv_tokens,
  };
}

/** Every row has the columns of every stage that ran at any step, so that all rows fit one table. */
export function candidateRows(tokens: readonly Token[]): Row[] {
  const stages = [...new Set(tokens.flatMap(({ trace }) => trace?.stages.map(({ name }) => name) ?? []))];
  return tokens.flatMap((token) =>
    token.trace ? token.trace.token_ids.map((_, k) => candidateRow(token, token.trace as Trace, k, stages)) : [],
  );
}

function candidateRow({ sample = 0, step, id: chosen }: Token, trace: Trace, k: number, stages: string[]): Row {
  const id = trace.token_ids[k] ?? -1;
  const piece = trace.pieces[k] ?? new Uint8Array();
  const removed = trace.stages[values(trace.removed_at)[k] ?? -1]?.name ?? null;
  const row: Row = { sample, step, id, piece: asText(piece), bytes: hexadecimal(piece), chosen: id === chosen, removed_by: removed };
  row.removed_value = finite(values(trace.removed_value)[k]);
  return Object.assign(row, ...stages.map((name) => stageCells(trace, name, k)));
}

function stageCells({ stages, scores, ranks, token_ids: ids }: Trace, name: string, k: number): Row {
  const s = stages.findIndex((stage) => stage.name === name);
  const score = s < 0 ? null : finite(values(scores)[s * ids.length + k]);
  const rank = s < 0 ? null : values(ranks)[s * ids.length + k] || null;
  return {
    [`${name}_score`]: score,
    [`${name}_probability`]: score === null ? null : Math.exp(score - (stages[s]?.logsumexp ?? 0)),
    [`${name}_rank`]: rank,
  };
}

/** RFC 4180: lines end with CRLF, a field with a comma, a quote or a line break is quoted. The first line names the columns. */
export function csv(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns.map(field), ...rows.map((row) => columns.map((name) => field(row[name] ?? "")))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function field(value: Value): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const ndjson = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
