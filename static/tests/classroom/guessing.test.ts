import { expect, test } from "vitest";
import { alone, assigned, complete, ending, isRight, leastSurprising, letter, specFor, spelt } from "../../src/classroom/guessing";
import { examplesIn } from "../../src/classroom/examples";
import type { Card, Game, SamplingParams } from "../../src/protocol/generated";
import type { Field } from "../../src/settings/schema";

const card = (fields: Partial<Card>): Card => ({
  text: "",
  cut: false,
  value: null,
  by_model: null,
  run: null,
  bits: null,
  tokens: [],
  votes: [],
  right: null,
  ...fields,
});
const game = (kind: Game["kind"], cards: Card[]): Game => ({
  id: 1,
  kind,
  state: "revealed",
  prompt: "",
  setting: null,
  values: [],
  cards,
  answers: 0,
  most: 0,
});

test("texts are called by letters", () => expect([0, 1, 4].map(letter)).toEqual(["A", "B", "E"]));

test("a value that is in use changes places with the one that the text had", () => {
  expect(assigned([0, 1, null], 0, 1)).toEqual([1, 0, null]);
  expect(assigned([0, 1, null], 2, 0)).toEqual([null, 1, 0]);
  expect(assigned([null, null], 1, 1)).toEqual([null, 1]);
});

test("an answer is complete when what is left belongs together", () => {
  expect(complete([null, null, 0])).toBeNull();
  expect(complete([2, null, 0])).toEqual([2, 1, 0]);
  expect(complete([2, 1, 0])).toEqual([2, 1, 0]);
});

test("texts that read the same are the same", () => {
  const match = game("match", [card({ text: "a", value: 1 }), card({ text: "a", value: 0 }), card({ text: "c", value: 2 })]);
  expect([0, 1, 2].map((pick) => isRight(match, 0, pick))).toEqual([true, true, false]);
  const odd = game("odd", [card({ text: "a", by_model: false }), card({ text: "b", by_model: true })]);
  expect([0, 1].map((place) => isRight(odd, place, place))).toEqual([false, true]);
});

test("a character that tokens share stands with the last of them, with the bits of all", () => {
  const cat = new TextEncoder().encode("貓");
  const tokens = [
    { piece: new TextEncoder().encode(" a"), surprisal: 1 },
    { piece: cat.slice(0, 2), surprisal: 2 },
    { piece: cat.slice(2), surprisal: 3 },
  ];
  expect(spelt(tokens)).toEqual([
    { text: "a", bits: 1 },
    { text: "貓", bits: 5 },
  ]);
});

test("whether the model's text surprises it least is said by the means", () => {
  const own = card({ by_model: true, bits: 2 });
  expect(leastSurprising([own, card({ by_model: false, bits: 3 })])).toBe(true);
  expect(leastSurprising([own, card({ by_model: false, bits: 3 }), card({ by_model: false, bits: 1 })])).toBe(false);
  expect(leastSurprising([own])).toBeNull();
});

test("of a long beginning its end is shown, from a whole word on", () => {
  expect(ending("a short one", 20)).toBe("a short one");
  expect(ending("once upon a time there was", 12)).toBe("… there was");
  expect(ending("從前有一隻小狐狸", 4)).toBe("… 隻小狐狸");
});

test("one setting alone: what else chooses tokens is neutral, and length and seed stay", () => {
  const fields = [
    { name: "top_k", group: "sampling", neutral: 0 },
    { name: "repetition_penalty", group: "penalties", neutral: 1 },
    { name: "never_off", group: "sampling", neutral: null },
    { name: "seed", group: "reproducibility", neutral: 0 },
  ] as Field[];
  const sampling = { top_k: 40, repetition_penalty: 1.3, never_off: 5, seed: 7 } as SamplingParams;
  expect(alone(fields, sampling)).toEqual({ top_k: 0, repetition_penalty: 1, never_off: 5, seed: 7 });
});

test("a game asks for its own beginning and length, at full speed and from the prompt on", () => {
  const spec = { model: "m", prompt: "x", sampling: { max_tokens: 9, min_tokens: 5 }, watch: { top_n: 5 }, max_tokens_per_second: 4 };
  expect(specFor(spec as never, "y", 30)).toEqual({
    model: "m",
    prompt: "y",
    sampling: { max_tokens: 30, min_tokens: 0 },
    watch: { top_n: 5 },
  });
});

test("each language has ready texts that differ", () => {
  for (const language of ["en", "zh-hant", "zh-hans"])
    for (const { texts, prompt } of examplesIn(language)) expect(new Set([prompt, ...texts]).size).toBe(3);
  expect(examplesIn("zh-hant")).not.toBe(examplesIn("zh-hans"));
});
