/** What the waterfall shows of one step, worked out from its trace. Pure. */

import { sum } from "d3-array";
import { values } from "../protocol/codec";
import type { StageTrace, Token, Trace } from "../protocol/generated";

export interface Cell {
  score: number;
  probability: number;
  rank: number; // from 1
}

export interface Row {
  id: number;
  piece: Uint8Array;
  cells: (Cell | null)[]; // one per column; null once removed
  removedAt: number; // column, or -1
  removedValue: number;
  chosen: boolean;
}

export interface Column {
  stage: StageTrace;
  entropyBits: number;
  sum: number; // of the shown probabilities and the rest: 1
}

export interface Waterfall {
  columns: Column[];
  rows: Row[];
}

/** One step, as its event told it or as it was asked for again. */
export interface Traced {
  step: number;
  id: number; // on which the dice fell
  piece: Uint8Array;
  logprob: number | null;
  raw_logprob: number | null;
  raw_rank: number | null;
  trace: Trace;
}

/** A token with its trace; null where it has none. */
export const traced = (token: Token | null): (Token & { trace: Trace }) | null =>
  token?.trace ? (token as Token & { trace: Trace }) : null;

/** Rows: survivors by final rank, then the removed, the last removed first. Columns: the raw logits, then the active stages in order. */
export function waterfall(token: Pick<Traced, "id" | "trace">): Waterfall {
  const { trace } = token;
  const rows = trace.token_ids.map((id, k) => row(trace, k, id === token.id));
  return { rows: rows.sort(byFate), columns: trace.stages.map((stage, s) => column(stage, rows, s)) };
}

function row(trace: Trace, k: number, chosen: boolean): Row {
  return {
    id: trace.token_ids[k] ?? -1,
    piece: trace.pieces[k] ?? new Uint8Array(),
    cells: trace.stages.map((stage, s) => cell(trace, stage, s * trace.token_ids.length + k)),
    removedAt: values(trace.removed_at)[k] ?? -1,
    removedValue: values(trace.removed_value)[k] ?? NaN,
    chosen,
  };
}

function cell(trace: Trace, stage: StageTrace, at: number): Cell | null {
  const score = values(trace.scores)[at] ?? -Infinity;
  if (score === -Infinity) return null;
  return { score, probability: Math.exp(score - stage.logsumexp), rank: values(trace.ranks)[at] ?? 0 };
}

function column(stage: StageTrace, rows: Row[], s: number): Column {
  const shown = sum(rows, (row) => row.cells[s]?.probability ?? 0);
  return { stage, entropyBits: stage.entropy / Math.LN2, sum: shown + stage.other_mass };
}

const last = (row: Row): Cell | null => row.cells.findLast((cell) => cell !== null) ?? null;
const lived = ({ removedAt }: Row): number => (removedAt < 0 ? Infinity : removedAt);

/** Those that lived longest first, of equals the one that ranked best at the end of its life: so every filter cuts in one place. */
const byFate = (a: Row, b: Row): number => (lived(a) === lived(b) ? (last(a)?.rank ?? 0) - (last(b)?.rank ?? 0) : lived(b) - lived(a));

/** The candidate on which the dice fell, or which greedy decoding took: also where a person took another. */
export const drawnOf = ({ rows }: Waterfall, { dice }: Trace): Row | null =>
  rows.find(({ cells }) => cells.at(-1)?.rank === dice.position + 1) ?? null;

export interface Segment {
  id: number;
  piece: Uint8Array;
  low: number;
  high: number;
}

/**
 * The start of the cumulative bar: shown survivors by probability descending, then id, as long as no hidden token can lie
 * between them. The chosen token's own interval comes from the dice and is exact.
 */
export function segments({ rows, columns }: Waterfall): Segment[] {
  const end = columns.length - 1;
  let low = 0;
  return rows
    .filter((row) => row.cells[end])
    .filter((row, k) => row.cells[end]?.rank === k + 1)
    .map((row) => {
      const from = low;
      low += row.cells[end]?.probability ?? 0;
      return { id: row.id, piece: row.piece, low: from, high: low };
    });
}
