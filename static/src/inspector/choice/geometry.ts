/** How a stage is drawn: each in the geometry of its own test. Where everything lies, 0 to 1 across the column. Pure. */

import { barLength, between, type Scale } from "../../draw/length";
import type { Cell, Column, Row } from "../../store/trace";

/** What is drawn of one token in one column. */
export type Mark =
  | { kind: "bar"; from: number; to: number }
  | { kind: "arrow"; from: number; to: number } // the old logit, the new
  | { kind: "slope"; from: number; to: number }; // likewise, below the largest: lines through the rows

/** What is compared: how each stage is explained and its line placed. */
export type Test = "none" | "rank" | "mass" | "probability" | "logit" | "surprise" | "distance" | "shift" | "slope";

export interface Geometry {
  test: Test;
  line: number | null; // where the bound lies
  bound: number | null; // the number there
  mark: (row: Row) => Mark | null;
}

const LEADING = 40; // candidates that arrows and slopes are measured by; worse ones lie at the edge

const TESTS: Record<string, Test> = {
  top_k: "rank",
  tfs_z: "rank",
  top_p: "mass",
  min_p: "probability",
  top_a: "probability",
  epsilon_cutoff: "probability",
  eta_cutoff: "probability",
  xtc: "probability",
  top_n_sigma: "logit",
  mirostat: "surprise",
  typical_p: "distance",
  guidance: "shift",
  logit_bias: "shift",
  repetition_penalty: "shift",
  presence_penalty: "shift",
  frequency_penalty: "shift",
  dry: "shift",
  dynatemp: "slope",
  temperature: "slope",
  smoothing: "slope",
};

export const testOf = (stage: string): Test => TESTS[stage] ?? "none";

/** The number in a stage's trace that its test compares with. */
export function boundOf({ name, numbers }: Column["stage"]): number | null {
  const key = { top_k: "top_k", tfs_z: "kept", top_p: "top_p", epsilon_cutoff: "epsilon_cutoff", xtc: "xtc_threshold", mirostat: "mu" }[
    name
  ];
  return numbers[key ?? "threshold"] ?? null;
}

/** One for each column. A filter is drawn as it found the tokens: what it compared is from before it. */
export function geometries(columns: readonly Column[], rows: readonly Row[], scale: Scale): Geometry[] {
  return columns.map((column, k) => geometry(columns, rows, scale, column, k));
}

function geometry(columns: readonly Column[], rows: readonly Row[], scale: Scale, column: Column, k: number): Geometry {
  const test = k === 0 ? "none" : testOf(column.stage.name);
  const before = columns[k - 1];
  const bound = before ? boundOf(column.stage) : null;
  const plain = { test, bound, line: null };
  if (!before || test === "none" || test === "rank") return { ...plain, mark: bars(k, ruler(rows, k, scale)) };
  switch (test) {
    case "mass":
      return { ...plain, line: bound, mark: staircase(rows, k) };
    case "shift":
      return { ...plain, mark: shifts(rows, k) };
    case "slope":
      return { ...plain, mark: slopes(rows, k) };
    case "probability": {
      const ruled = ruler(rows, k - 1, scale);
      return { ...plain, line: ruled(cellOf(bound ?? 0, before)), mark: bars(k - 1, ruled) };
    }
    default:
      return { ...plain, ...measured(rows, k - 1, bound ?? 0, measureOf(test, column, before)) };
  }
}

type Ruler = (cell: Pick<Cell, "probability" | "score">) => number;

/** Where a token of column `k` lies. The logit scale goes from the lowest to the highest that is shown. */
export function ruler(rows: readonly Row[], k: number, scale: Scale): Ruler {
  if (scale !== "logit") return ({ probability }) => barLength(probability, scale === "log");
  const [low, high] = range(scoresOf(rows, k));
  return ({ score }) => between(score, low, high);
}

/** The token that would have exactly this probability. */
const cellOf = (probability: number, { stage }: Column) => ({ probability, score: Math.log(probability) + stage.logsumexp });

const scoresOf = (rows: readonly Row[], k: number): number[] => rows.flatMap(({ cells }) => cells[k]?.score ?? []);

/** Those of the best of column `k`: tokens that nobody would draw would press all others into a corner. */
const leading = (rows: readonly Row[], k: number): readonly Row[] => rows.filter(({ cells }) => (cells[k]?.rank ?? Infinity) <= LEADING);

const range = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

const bars =
  (k: number, ruled: Ruler) =>
  ({ cells }: Row): Mark | null => {
    const cell = cells[k];
    return cell ? { kind: "bar", from: 0, to: ruled(cell) } : null;
  };

/** Top-p: each token from the mass of those ahead of it. Known as far as no hidden token lies between; beyond, where it was removed for its place. */
function staircase(rows: readonly Row[], k: number): Geometry["mark"] {
  const ranked = rows.flatMap(({ id, cells }) => (cells[k - 1] ? [{ id, ...(cells[k - 1] as Cell) }] : [])).sort((a, b) => a.rank - b.rank);
  const ahead = new Map<number, number>();
  let mass = 0;
  for (const [place, { id, rank, probability }] of ranked.entries()) {
    if (rank !== place + 1) break;
    ahead.set(id, mass);
    mass += probability;
  }
  return ({ id, cells, removedAt, removedValue }) => {
    const cell = cells[k - 1];
    const from = ahead.get(id) ?? (removedAt === k ? removedValue : undefined);
    return cell && from !== undefined ? { kind: "bar", from, to: Math.min(1, from + cell.probability) } : null;
  };
}

/** Old logit and new, on one ruler. A stage that only removes some leaves the others where they are. */
function shifts(rows: readonly Row[], k: number): Geometry["mark"] {
  const among = leading(rows, k - 1);
  const [low, high] = range([...scoresOf(among, k - 1), ...scoresOf(among, k)]);
  return pairs("arrow", k, (score) => between(score, low, high));
}

/** How far below the largest, before and after: both lines begin at the same point, and the steeper one falls faster. */
function slopes(rows: readonly Row[], k: number): Geometry["mark"] {
  const [old, now] = [scoresOf(leading(rows, k - 1), k - 1), scoresOf(leading(rows, k - 1), k)];
  const tops = [Math.max(...old), Math.max(...now)] as const;
  const lowest = Math.min(...old.map((z) => z - tops[0]), ...now.map((z) => z - tops[1]));
  return pairs("slope", k, (score, after) => between(score - tops[after], lowest, 0));
}

const pairs =
  (kind: "arrow" | "slope", k: number, at: (score: number, after: 0 | 1) => number) =>
  ({ cells }: Row): Mark | null => {
    const [old, now] = [cells[k - 1], cells[k]];
    return old && now ? { kind, from: at(old.score, 0), to: at(now.score, 1) } : null;
  };

type Measure = (cell: Cell) => number;

/** What is compared with the bound, where that is no probability. */
function measureOf(test: Test, { stage }: Column, before: Column): Measure {
  const nats = ({ score }: Cell): number => before.stage.logsumexp - score;
  if (test === "logit") return ({ score }) => score;
  if (test === "surprise") return (cell) => nats(cell) / Math.LN2;
  return (cell) => Math.abs(nats(cell) - (stage.numbers.entropy ?? 0));
}

/** Bars from the lowest (0 where that is the natural beginning) to the highest that is shown, the bound among them. */
function measured(rows: readonly Row[], k: number, bound: number, of: Measure): Pick<Geometry, "line" | "mark"> {
  const values = rows.flatMap(({ cells }) => (cells[k] ? [of(cells[k])] : []));
  const [lowest, high] = range([...values, bound]);
  const low = Math.min(0, lowest);
  const at = (value: number): number => between(value, low, high);
  const mark = ({ cells }: Row): Mark | null => (cells[k] ? { kind: "bar", from: 0, to: at(of(cells[k])) } : null);
  return { line: at(bound), mark };
}
