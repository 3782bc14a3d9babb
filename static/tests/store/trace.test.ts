import { describe, expect, it } from "vitest";
import { drawnOf, segments, waterfall } from "../../src/store/trace";
import { tokens, traced } from "../recording";

const tables = tokens.map((token) => ({ token: traced(token), ...waterfall(traced(token)) }));

describe("the waterfall", () => {
  it("has columns that add up to 1", () => {
    for (const { columns } of tables) for (const { sum } of columns) expect(sum).toBeCloseTo(1, 4);
  });

  it("begins with the raw logits and ends with what the dice saw", () => {
    expect(tables[0]?.columns.map(({ stage }) => stage.name)).toEqual(["logits", "temperature", "top_k", "top_p", "min_p"]);
  });

  it("knows on which candidate the dice fell, also where a person took another", () => {
    for (const { token, ...table } of tables) {
      expect(drawnOf(table, token.trace)?.id).toBe(token.id);
      const other = { ...token, id: table.rows.find(({ chosen }) => !chosen)?.id ?? -1 };
      expect(drawnOf(waterfall(other), other.trace)?.id).toBe(token.id);
    }
  });

  it("marks the chosen token, which survives every stage", () => {
    for (const { token, rows } of tables) expect(rows.filter(({ chosen }) => chosen)).toMatchObject([{ id: token.id, removedAt: -1 }]);
  });

  it("gives the chosen token the probability that was reported", () => {
    for (const { token, rows } of tables)
      expect(rows.find(({ chosen }) => chosen)?.cells.at(-1)?.probability).toBeCloseTo(Math.exp(token.logprob ?? 0), 4);
  });

  it("ends a removed token's cells where it was removed", () => {
    for (const { rows } of tables)
      for (const row of rows.filter(({ removedAt }) => removedAt >= 0))
        expect(row.cells.map((cell) => cell !== null)).toEqual(row.cells.map((_, column) => column < row.removedAt));
  });

  it("lists survivors by final rank before the removed", () => {
    for (const { rows } of tables) {
      const ranks = rows.map(({ cells }) => cells.at(-1)?.rank ?? Infinity);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }
  });
});

describe("the cumulative bar", () => {
  it("puts the chosen token where the dice say, as far as no hidden token lies before it", () => {
    for (const table of tables) {
      const chosen = segments(table).find(({ id }) => id === table.token.id);
      if (!chosen) continue;
      expect(chosen.low).toBeCloseTo(table.token.trace.dice.low, 4);
      expect(chosen.high).toBeCloseTo(table.token.trace.dice.high, 4);
    }
  });

  it("has no gaps", () => {
    for (const table of tables) segments(table).reduce((end, { low, high }) => (expect(low).toBe(end), high), 0);
  });
});
