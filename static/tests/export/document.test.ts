import { expect, test } from "vitest";
import { runDocument } from "../../src/export/document";
import { values } from "../../src/protocol/codec";
import { EMPTY, reduceAll } from "../../src/store/run";
import { events, RUN, tokens } from "../recording";

const opened = { ...EMPTY, phase: "asking" as const, id: RUN };
const written = runDocument(reduceAll(opened, events, 0), null, new Date(0));
const read = JSON.parse(JSON.stringify(written)) as typeof written;
const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

test("the document names its format and version, and holds every token", () => {
  expect([read.format, read.version, read.exported_at]).toEqual(["logitscope-run", 1, "1970-01-01T00:00:00.000Z"]);
  expect(read.tokens.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
});

test("nothing in it is lost in JSON: no infinity, no NaN", () => {
  const wrong: unknown[] = [];
  JSON.stringify(written, (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? wrong.push(value) : value));
  expect(wrong).toEqual([]);
});

test("a token's bytes come back, parts of characters too", () => {
  expect(read.tokens.map(({ piece }) => [...bytes(piece)])).toEqual(tokens.map(({ piece }) => [...piece]));
});

test("a candidate that was removed says by what, and has no score from there on", () => {
  const trace = read.tokens[5]?.trace;
  const removed = trace?.candidates.find(({ removed_by }) => removed_by === "top_k");
  const at = trace?.stages.findIndex(({ name }) => name === "top_k") ?? -1;
  expect(removed?.scores.slice(at).every((score) => score === null)).toBe(true);
  expect(removed?.scores.slice(0, at).every((score) => score !== null)).toBe(true);
});

test("a row of attention comes back from its bytes", () => {
  const [entry, attention] = [read.tokens[2]?.attention, tokens[2]?.attention];
  expect([...bytes(entry?.weights ?? "")]).toEqual([...(attention?.values.data ?? [])]);
  expect(entry?.scale).toEqual([...(attention ? values(attention.scale) : [])]);
  expect(bytes(entry?.weights ?? "").length).toBe((entry?.heads.length ?? 0) * (entry?.length ?? 0));
});
