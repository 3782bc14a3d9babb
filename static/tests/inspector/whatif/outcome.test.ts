import { describe, expect, it } from "vitest";
import { fits, Outcome } from "../../../src/inspector/whatif/outcome";
import { changedFields, decides, toldBy } from "../../../src/inspector/whatif/own";
import { namesOf, sentenceOf } from "../../../src/inspector/whatif/sentence";
import type { Block, Started, WhatIf } from "../../../src/protocol/generated";
import { events, field, fields, initial } from "../../recording";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const tokens = [" a", " cat", " sat"].map((text, id) => ({ id, piece: bytes(text) }));
const block = (numbers: number[]): Block => ({
  dtype: "f4",
  shape: [numbers.length],
  data: new Uint8Array(Float32Array.from(numbers).buffer),
});
const counts = (numbers: number[]): Block => ({
  dtype: "i4",
  shape: [numbers.length],
  data: new Uint8Array(Int32Array.from(numbers).buffer),
});

function answer(texts: string[], ids: number[]): WhatIf {
  const total = ids.length;
  return {
    type: "what_if",
    token_ids: ids,
    pieces: texts.map(bytes),
    differs: ids.flatMap((id, step) => (id === tokens[step]?.id ? [] : [step])),
    probabilities: block(Array(total).fill(0.5) as number[]),
    own_probabilities: block(Array(total).fill(0.25) as number[]),
    kept: counts(Array(total).fill(7) as number[]),
    entropies: block(Array(total).fill(Math.LN2 * 3) as number[]),
    draws: block(Array(total).fill(0.125) as number[]),
  };
}
const same = answer([" a", " cat", " sat"], [0, 1, 2]);
const other = answer([" a", " dog", " sits"], [0, 11, 12]);

describe("an outcome", () => {
  it("says of a step what it was, what it would be, and by which numbers", () => {
    expect(new Outcome(other, same, tokens).step(1)).toEqual({
      step: 1,
      own: { id: 1, piece: bytes(" cat"), before: 0.25, after: 0.25 },
      would: { id: 11, piece: bytes(" dog"), probability: 0.5 },
      differs: true,
      first: true,
      draw: 0.125,
      kept: { before: 7, after: 7 },
      entropy: { before: expect.closeTo(3, 5) as number, after: expect.closeTo(3, 5) as number },
    });
  });

  it("knows only the first of those that differ as the first", () => {
    const outcome = new Outcome(other, null, tokens);
    expect([0, 1, 2].map((step) => [outcome.differs(step), outcome.step(step)?.first])).toEqual([
      [false, false],
      [true, true],
      [true, false],
    ]);
    expect(outcome.step(3)).toBeNull();
  });
});

describe("an answer", () => {
  it("fits tokens of which it speaks, also where more have come since", () => {
    expect(fits(other, tokens)).toBe(true);
    expect(fits(other, [...tokens, { id: 3 }])).toBe(true);
  });

  it("does not fit another run's tokens, nor without a number for every step", () => {
    expect(fits(other, tokens.slice(0, 2))).toBe(false);
    expect(fits(other, [{ id: 5 }, ...tokens.slice(1)])).toBe(false);
    expect(fits({ ...other, draws: block([0.5]) }, tokens)).toBe(false);
    expect(fits({ ...other, differs: [] }, tokens)).toBe(false);
  });
});

describe("the sentence", () => {
  const temperature = { ...initial, temperature: 1.2 };

  it("counts, and names the first", () => {
    expect(sentenceOf(new Outcome(other, same, tokens), [field("temperature")], temperature)).toBe(
      "With Temperature 1.2, 2 of 3 tokens would differ given the same draws; the first at step 1: “·cat” → “·dog”. After the first one a real run goes its own way.",
    );
  });

  it("says so where all stay", () => {
    expect(sentenceOf(new Outcome(same, same, tokens), [field("temperature")], temperature)).toContain("all 3 tokens stay the same");
  });

  it("says that nothing was changed", () => {
    expect(sentenceOf(new Outcome(same, same, tokens), [], initial)).toContain("run's own settings");
  });

  it("names three settings and counts the others", () => {
    const changed = ["temperature", "top_k", "stop_token_ids", "top_p", "min_p"].map(field);
    expect(namesOf(changed, { ...initial, temperature: 0.5 })).toBe("Temperature 0.5, Top-k off, Stop token ids off and 2 more settings");
  });
});

describe("a run's own settings", () => {
  const { stages } = events.find((event) => event.type === "started") as Started;

  it("are what its stages tell where another page started it", () => {
    const told = toldBy(stages, fields);
    for (const { active, params } of stages) if (active) expect(told).toMatchObject(params);
  });

  it("name an order only where it is not the dialect's", () => {
    expect(toldBy(stages.toReversed(), fields).stage_order).toEqual(stages.map(({ name }) => name).toReversed());
  });

  it("decide a choice, or end a run or search", () => {
    expect(fields.filter(decides).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["temperature", "min_tokens", "regex", "dialect"]),
    );
    expect(["seed", "max_tokens", "stop", "max_time", "num_beams", "n"].some((name) => decides(field(name)))).toBe(false);
  });

  it("are compared by value", () => {
    expect(changedFields(fields, { ...initial, logit_bias: {}, top_p: 0.5 }, initial).map(({ name }) => name)).toEqual(["top_p"]);
  });
});
