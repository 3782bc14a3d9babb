import { describe, expect, it } from "vitest";
import { barLength } from "../../src/draw/length";
import { boundOf, geometries, testOf, type Geometry, type Mark } from "../../src/inspector/choice/geometry";
import type { StageTrace, Trace } from "../../src/protocol/generated";
import { values } from "../../src/protocol/codec";
import { waterfall, type Row, type Waterfall } from "../../src/store/trace";
import { fields, tokens, traced } from "../recording";

/** The recorded scores again, by plain formulas, without the page's own table. */
function scoresOf({ trace }: { trace: Trace }): Map<number, number[]> {
  const all = values(trace.scores);
  const k = trace.token_ids.length;
  return new Map(trace.token_ids.map((id, at) => [id, trace.stages.map((_, s) => all[s * k + at] as number)]));
}

const recorded = tokens
  .slice(0, 12)
  .map((token) => ({ ...traced(token), table: waterfall(traced(token)), scores: scoresOf(traced(token)) }));
const place = ({ columns }: Waterfall, name: string): number => columns.findIndex(({ stage }) => stage.name === name);
const bar = (mark: Mark | null): { from: number; to: number } => mark as { from: number; to: number };

/** exp(z) over the sum of exp(z) that the stage reports. */
const p = (score: number, { logsumexp }: StageTrace): number => Math.exp(score - logsumexp);

describe("the geometry of the recorded stages", () => {
  it("draws raw probabilities from 0, on each scale", () => {
    for (const { table, scores, trace } of recorded) {
      const stage = trace.stages[0] as StageTrace;
      const raw = [...scores.values()].map(([z]) => z as number);
      for (const row of table.rows) {
        const z = scores.get(row.id)?.[0] as number;
        const on = (scale: "linear" | "log" | "logit") => bar(geometries(table.columns, table.rows, scale)[0]?.mark(row) ?? null).to;
        expect(on("linear")).toBeCloseTo(p(z, stage), 5);
        expect(on("log")).toBeCloseTo(Math.max(0, 1 + Math.log10(p(z, stage)) / 6), 5);
        expect(on("logit")).toBeCloseTo((z - Math.min(...raw)) / (Math.max(...raw) - Math.min(...raw)), 4);
      }
    }
  });

  it("puts every step of top-p's staircase at the mass ahead, and the line at p", () => {
    for (const { table, scores, trace } of recorded) {
      const at = place(table, "top_p");
      const drawn = geometries(table.columns, table.rows, "log")[at] as Geometry;
      expect(drawn.line).toBe(trace.stages[at]?.numbers.top_p);
      const before = trace.stages[at - 1] as StageTrace;
      const alive = table.rows.filter(({ id }) => (scores.get(id)?.[at - 1] ?? -Infinity) > -Infinity);
      for (const row of alive) {
        const mark = bar(drawn.mark(row));
        const own = p(scores.get(row.id)?.[at - 1] as number, before);
        const ahead = alive.filter((other) => (scores.get(other.id)?.[at - 1] as number) > (scores.get(row.id)?.[at - 1] as number));
        const mass = ahead.reduce((sum, other) => sum + p(scores.get(other.id)?.[at - 1] as number, before), 0);
        expect(mark.from).toBeCloseTo(mass, 4);
        expect(mark.to - mark.from).toBeCloseTo(own, 4);
        expect(mark.from < (drawn.line as number)).toBe(row.removedAt !== at);
      }
    }
  });

  it("draws min-p's line so that exactly what reaches it is kept, whatever the scale", () => {
    for (const scale of ["linear", "log", "logit"] as const)
      for (const { table, trace } of recorded) {
        const at = place(table, "min_p");
        const drawn = geometries(table.columns, table.rows, scale)[at] as Geometry;
        expect(drawn.bound).toBe(trace.stages[at]?.numbers.threshold);
        for (const row of table.rows.filter(({ cells }) => cells[at - 1])) {
          const reach = bar(drawn.mark(row)).to - (drawn.line as number);
          if (Math.abs(reach) > 1e-6) expect(reach > 0).toBe(row.removedAt !== at);
        }
      }
  });

  it("draws temperature as two slopes from the largest logit, the ratio of which is the temperature", () => {
    for (const { table, trace } of recorded) {
      const at = place(table, "temperature");
      const t = trace.stages[at]?.numbers.temperature as number;
      const drawn = geometries(table.columns, table.rows, "linear")[at] as Geometry;
      for (const row of table.rows.filter(({ cells }) => (cells[at]?.rank ?? 99) <= 20)) {
        const { from, to } = bar(drawn.mark(row));
        expect((1 - to) * t).toBeCloseTo(1 - from, 4);
      }
    }
  });

  it("leaves top-k its bars; its line lies between rows", () => {
    const { table } = recorded[0] as (typeof recorded)[0];
    const at = place(table, "top_k");
    const drawn = geometries(table.columns, table.rows, "linear")[at] as Geometry;
    expect([drawn.test, drawn.line, drawn.bound]).toEqual(["rank", null, 40]);
    const gone = table.rows.findIndex(({ removedAt }) => removedAt === at);
    expect(table.rows.slice(gone).every(({ removedAt }) => removedAt === at)).toBe(gone >= 0);
  });
});

/** A single stage after given logits; what survives is said by hand. */
function made(name: string, numbers: Record<string, number>, before: number[], after: number[]): Waterfall {
  const lse = (scores: number[]): number => Math.log(scores.reduce((sum, z) => sum + Math.exp(z), 0));
  const told = (name: string, scores: number[], numbers: Record<string, number>): StageTrace => {
    const left = scores.filter((z) => z > -Infinity);
    return { name, kept: left.length, removed_mass: 0, entropy: 0, logsumexp: lse(left), other_count: 0, other_mass: 0, numbers };
  };
  const stages = [told("logits", before, {}), told(name, after, numbers)];
  const rank = (scores: number[], z: number): number => 1 + scores.filter((other) => other > z).length;
  const rows: Row[] = before.map((_, id) => ({
    id,
    piece: new Uint8Array([65 + id]),
    removedAt: after[id] === -Infinity ? 1 : -1,
    removedValue: NaN,
    chosen: id === 0,
    cells: [before, after].map((scores, s) => {
      const score = scores[id] as number;
      return score === -Infinity ? null : { score, probability: p(score, stages[s] as StageTrace), rank: rank(scores, score) };
    }),
  }));
  return { rows, columns: stages.map((stage) => ({ stage, entropyBits: 0, sum: 1 })) };
}

const drawn = ({ columns, rows }: Waterfall): { line: number | null; marks: (Mark | null)[] } => {
  const one = geometries(columns, rows, "linear")[1] as Geometry;
  return { line: one.line, marks: rows.map(one.mark) };
};

describe("the geometry of every other stage, by hand", () => {
  const z = [4, 3, 1, -2];
  const total = z.reduce((sum, one) => sum + Math.exp(one), 0);
  const surprise = z.map((one) => Math.log2(total) - one / Math.LN2);

  it("top-n-sigma measures logits", () => {
    const { line, marks } = drawn(made("top_n_sigma", { max: 4, sigma: 2, threshold: 2, top_n_sigma: 1 }, z, [4, 3, -Infinity, -Infinity]));
    expect(line).toBeCloseTo((2 + 2) / 6);
    expect(marks.map((mark) => bar(mark).to)).toEqual([1, 5 / 6, 3 / 6, 0].map((to) => expect.closeTo(to)));
  });

  it("mirostat measures surprise in bits", () => {
    const { line, marks } = drawn(made("mirostat", { mu: 4, mirostat_tau: 2, mirostat_eta: 0.1 }, z, [4, 3, -Infinity, -Infinity]));
    const most = Math.max(...surprise, 4);
    expect(line).toBeCloseTo(4 / most);
    marks.forEach((mark, k) => expect(bar(mark).to).toBeCloseTo((surprise[k] as number) / most));
  });

  it("typical measures how far the surprise is from the entropy", () => {
    const entropy = z.reduce((sum, one) => sum + (Math.exp(one) / total) * (Math.log(total) - one), 0);
    const { line, marks } = drawn(made("typical_p", { typical_p: 0.5, entropy, threshold: 0.5 }, z, [4, 3, -Infinity, -Infinity]));
    const far = z.map((one) => Math.abs(Math.log(total) - one - entropy));
    const most = Math.max(...far, 0.5);
    expect(line).toBeCloseTo(0.5 / most);
    marks.forEach((mark, k) => expect(bar(mark).to).toBeCloseTo((far[k] as number) / most));
  });

  it.each([
    ["top_a", { top_a: 0.2, max_p: 0.7, threshold: 0.098 }, 0.098],
    ["epsilon_cutoff", { epsilon_cutoff: 0.01 }, 0.01],
    ["eta_cutoff", { eta_cutoff: 0.1, entropy: 1, threshold: 0.05 }, 0.05],
    ["xtc", { xtc_probability: 1, xtc_threshold: 0.2, u: 0.3, acts: 1 }, 0.2],
  ])("%s has its line at its probability", (name, numbers, bound) => {
    const { line, marks } = drawn(made(name, numbers, z, z));
    expect(line).toBeCloseTo(bound);
    marks.forEach((mark, k) => expect(bar(mark).to).toBeCloseTo(Math.exp(z[k] as number) / total));
  });

  it.each(["repetition_penalty", "presence_penalty", "frequency_penalty", "dry", "logit_bias", "guidance"])(
    "%s draws arrows from the old logit to the new",
    (name) => {
      const { marks } = drawn(made(name, {}, z, [4, 1, 1, -2]));
      expect(marks).toEqual([
        { kind: "arrow", from: 1, to: 1 },
        { kind: "arrow", from: expect.closeTo(5 / 6), to: expect.closeTo(3 / 6) },
        { kind: "arrow", from: expect.closeTo(3 / 6), to: expect.closeTo(3 / 6) },
        { kind: "arrow", from: 0, to: 0 },
      ]);
    },
  );

  it("knows every stage that there is", () => {
    const stages = fields.find(({ name }) => name === "stage_order")?.bounds.enum ?? [];
    const bans = ["constraint", "allowed_token_ids", "bad_words", "no_repeat_ngram", "min_tokens"];
    expect(stages.filter((name) => testOf(name) === "none").sort()).toEqual(bans.sort());
  });

  it("has no bound where none was reported", () => {
    expect(boundOf({ name: "min_p", numbers: {} } as unknown as StageTrace)).toBeNull();
    expect(barLength(0, true)).toBe(0);
  });
});
