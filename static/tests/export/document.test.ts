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

test("an output that began with tokens names them, and its text begins with theirs", () => {
  const begun = events.map((event) =>
    event.type === "started" ? { ...event, output_ids: [1, 2], output_pieces: [bytes("YQ=="), bytes("Yg==")], output_text: "ab" } : event,
  );
  const rest = begun.filter((event) => event.type !== "token" || event.step > 1).map((event, k) => ({ ...event, seq: k + 1 }));
  const document = runDocument(reduceAll(opened, rest, 0), null, new Date(0));
  const said = events.flatMap((event) => (event.type === "token" && event.step > 1 ? [event.text] : []));
  expect(document.output_token_ids).toEqual([1, 2]);
  expect(document.tokens.slice(0, 3).map(({ id }) => id)).toEqual([1, 2, tokens[2]?.id]);
  expect(document.text.startsWith(`ab${said.join("")}`)).toBe(true);
});
