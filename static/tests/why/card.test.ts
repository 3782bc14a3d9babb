import { afterEach, expect, it, vi } from "vitest";
import type { Token } from "../../src/protocol/generated";
import { lookedAt } from "../../src/why/looked";
import { placeOf } from "../../src/why/place";
import { fate, type Traced } from "../../src/why/sentences";
import { rowOf, weights } from "../../src/store/attention";
import { percent } from "../../src/numbers";
import { values } from "../../src/protocol/codec";
import { tokens, traced } from "../recording";

afterEach(() => vi.unstubAllGlobals());

/** From the recorded scores alone: the chosen token's probability at a stage. */
function probability({ id, trace }: Traced, stage: number): number {
  const score = values(trace.scores)[stage * trace.token_ids.length + trace.token_ids.indexOf(id)] ?? NaN;
  return Math.exp(score - (trace.stages[stage]?.logsumexp ?? NaN));
}

it("the sentence has the numbers of the recorded trace", () => {
  for (const token of tokens.slice(0, 12).map(traced)) {
    const [raw, warm] = [probability(token, 0), probability(token, 1)];
    const said = fate(token);
    expect(said).toContain(`it from ${percent(raw)} to ${percent(warm)}`);
    expect(said).toContain(warm > raw ? "Temperature raised" : "Temperature lowered");
    expect(said).toContain(`Top-k kept ${token.trace.stages[2]?.kept} of ${token.trace.stages[1]?.kept}`);
    const { u, low, high } = token.trace.dice;
    if (token.trace.stages.at(-1)?.kept !== 1)
      expect(said.endsWith(`the draw u = ${u.toFixed(3)} fell into its interval ${low.toFixed(3)} to ${high.toFixed(3)}.`)).toBe(true);
  }
});

const first = traced(tokens[0]);
const withDice = (dice: Partial<Traced["trace"]["dice"]>): Traced => ({
  ...first,
  trace: { ...first.trace, dice: { ...first.trace.dice, ...dice } },
});

it("greedy decoding draws no dice", () => {
  expect(fate(withDice({ greedy: true }))).toMatch(/greedy decoding took the most likely token that was left\.$/);
});

it("a single survivor leaves nothing to draw", () => {
  const stages = first.trace.stages.map((stage, k, all) => (k === all.length - 1 ? { ...stage, kept: 1 } : stage));
  expect(fate({ ...first, trace: { ...first.trace, stages } })).toMatch(/no other token was left\.$/);
});

it("a penalty that moves the token is named with both probabilities", () => {
  const stages = first.trace.stages.map((stage, k) => (k === 1 ? { ...stage, name: "repetition_penalty" } : stage));
  const said = fate({ ...first, trace: { ...first.trace, stages } });
  expect(said).toMatch(/^Repetition (raised|lowered) it from /);
});

it("the sentence is made in the reader's language", () => {
  vi.stubGlobal("window", { gettext: (text: string) => ({ "; ": "；", ".": "。", "the draw u = %(u)s fell into its interval %(low)s to %(high)s": "抽出的 u = %(u)s 落在 %(low)s 到 %(high)s" })[text] ?? text }); // prettier-ignore
  expect(fate(withDice({ u: 0.382, low: 0.21, high: 0.65 }))).toMatch(/；抽出的 u = 0\.382 落在 0\.210 到 0\.650。$/);
});

it("the strongest attention is the largest weight of the last layer's mean", () => {
  const token = tokens[3] as Token;
  const row = rowOf(token, { layer: 3, head: -1 });
  const all = row ? [...weights(row, false)] : [];
  expect(lookedAt(token)).toEqual({ position: all.indexOf(Math.max(...all)), weight: expect.closeTo(Math.max(...all)), layer: 3 });
  expect(lookedAt({ ...token, attention: null })).toBeNull();
});

const room = { width: 1000, height: 800 };
const card = { width: 300, height: 400 };

it("a card is below its token, or above where there is more room, and never on it", () => {
  expect(placeOf({ left: 100, top: 100, right: 140, bottom: 120 }, card, room)).toEqual({ left: 100, top: 128, height: 400 });
  expect(placeOf({ left: 100, top: 600, right: 140, bottom: 620 }, card, room)).toEqual({ left: 100, top: 192, height: 400 });
  const tight = placeOf({ left: 100, top: 300, right: 140, bottom: 420 }, card, room);
  expect(tight).toEqual({ left: 100, top: 428, height: 364 });
});

it("a card stays within the window", () => {
  expect(placeOf({ left: 980, top: 10, right: 999, bottom: 30 }, card, room).left).toBe(692);
  expect(placeOf({ left: -5, top: 10, right: 20, bottom: 30 }, card, room).left).toBe(8);
});
