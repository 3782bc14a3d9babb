import { expect, test } from "vitest";
import type { Token } from "../../src/protocol/generated";
import { candidateRows, csv, ndjson, tokenRows } from "../../src/export/rows";
import { tokens } from "../recording";

/** What a reader of RFC 4180 makes of it. */
function parsed(text: string): string[][] {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n)/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of cells) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end !== ",") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("every token is a row, with the numbers that the run said", () => {
  const rows = tokenRows(tokens);
  expect(rows.map(({ step }) => step)).toEqual(tokens.map(({ step }) => step));
  expect(rows[3]?.raw_logprob).toBe(tokens[3]?.raw_logprob);
});

test("every shown candidate is a row, and its probabilities with the rest of the vocabulary add up to one", () => {
  const rows = candidateRows(tokens.slice(0, 1));
  const trace = tokens[0]?.trace;
  expect(rows.length).toBe(trace?.token_ids.length);
  for (const stage of trace?.stages ?? []) {
    const shown = rows.reduce((total, row) => total + Number(row[`${stage.name}_probability`] ?? 0), 0);
    expect(shown + stage.other_mass).toBeCloseTo(1, 4);
  }
  expect(rows.filter(({ chosen }) => chosen).map(({ id }) => id)).toEqual([tokens[0]?.id]);
});

test("a removed candidate names the stage and has no number from there on", () => {
  const row = candidateRows(tokens.slice(5, 6)).find(({ removed_by }) => removed_by === "top_k");
  expect(row?.temperature_score).not.toBeNull();
  expect(row?.top_k_score).toBeNull();
  expect(row?.top_p_rank).toBeNull();
});

test("all rows have the same columns although steps may differ in their stages", () => {
  const fewer = tokens[1] as Token;
  const trace = fewer.trace && { ...fewer.trace, stages: fewer.trace.stages.slice(0, 2) };
  const rows = candidateRows([tokens[0] as Token, { ...fewer, trace }]);
  expect(new Set(rows.map((row) => Object.keys(row).join())).size).toBe(1);
});

test("CSV survives commas, quotes, line breaks and Chinese", () => {
  const rows = [{ a: 'say "hi", then\nnewline', b: "狐狸\r\n", c: null, d: 0.1, e: true }];
  expect(parsed(csv(rows))).toEqual([Object.keys(rows[0] ?? {}), ['say "hi", then\nnewline', "狐狸\r\n", "", "0.1", "true"]]);
});

test("NDJSON is one JSON object a line", () => {
  const lines = ndjson(tokenRows(tokens)).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual(tokens.map(({ step }) => step));
});
