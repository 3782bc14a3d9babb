import { expect, test } from "vitest";
import { edited, segments, standing, type Encoded } from "../../src/prompt/segments";

const encoded = (text: string, ids: number[], spans: [number, number][], special = {}): Encoded => ({ text, ids, spans, special });
const plain = encoded("one two", [1, 2], [[0, 3], [3, 7]]); // prettier-ignore

test("the text is cut at the borders of its tokens", () => {
  expect(segments(plain).map(({ text }) => text)).toEqual(["one", " two"]);
});

test("tokens that share a character are one segment, and characters beyond 16 bits count once", () => {
  const cut = segments(encoded("🦊🦊x", [5, 6, 7, 8, 9], [[0, 1], [0, 1], [1, 2], [1, 2], [2, 3]])); // prettier-ignore
  expect(cut.map(({ text, ids }) => [text, ids])).toEqual([["🦊", [5, 6]], ["🦊", [7, 8]], ["x", [9]]]); // prettier-ignore
});

test("a token that the tokenizer added does not stand in the text", () => {
  const cut = segments(encoded("a", [0, 7], [[0, 0], [0, 1]], { 0: "<s>" })); // prettier-ignore
  expect(cut[0]).toEqual({ text: "<s>", ids: [0], kind: "added" });
  expect(standing(cut).map(({ text }) => text)).toEqual(["a"]);
});

test("a special token in the text stands there", () => {
  expect(segments(encoded("<s>a", [0, 7], [[0, 3], [3, 4]], { 0: "<s>" }))[0]?.kind).toBe("special"); // prettier-ignore
});

test("what the tokenizer passes over is shown without a token", () => {
  const cut = segments(encoded("  a b ", [7, 8], [[2, 3], [4, 5]])); // prettier-ignore
  expect(cut.map(({ text, ids }) => [text, ids.length])).toEqual([["  ", 0], ["a", 1], [" ", 0], ["b", 1], [" ", 0]]); // prettier-ignore
});

test.each(["one two!", "one t", "one", "on", "", "xone two", "one two three"])("segments of an edited text spell it: %s", (now) => {
  const shown = edited(segments(plain), plain.text, now);
  expect(shown.map(({ text }) => text).join("")).toBe(now);
});

test("a border is kept up to the first letter that differs", () => {
  expect(edited(segments(plain), plain.text, "one twice").map(({ ids }) => ids)).toEqual([[1], []]);
});
