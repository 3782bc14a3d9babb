import { expect, it } from "vitest";
import { barLength } from "../../src/draw/length";
import { reason } from "../../src/inspector/choice/reason";
import type { StageTrace } from "../../src/protocol/generated";

const stage = (name: string, numbers: Record<string, number>): StageTrace => ({
  name,
  numbers,
  kept: 1,
  removed_mass: 0,
  entropy: 0,
  logsumexp: 0,
  other_count: 0,
  other_mass: 0,
});

it("a reason is the comparison that failed", () => {
  expect(reason(stage("top_k", { top_k: 40 }), 41)).toBe("rank 41 > 40");
  expect(reason(stage("min_p", { min_p: 0.05, max_p: 0.7123 }), 0.0312)).toBe("0.0312 < 0.05 × 0.712");
  expect(reason(stage("top_p", { top_p: 0.9 }), 0.93)).toBe("0.9300 before it ≥ 0.9");
});

it("a constraint says what forbids a token", () => {
  expect(reason(stage("constraint", { regex: 12, allowed: 3, may_end: 0 }), 0.4)).toBe("not allowed by the regex here");
  expect(reason(stage("constraint", { choice: 2, allowed: 1, may_end: 0 }), 0.4)).toBe("not one of the choices");
});

it("a stage that nobody described still gives its number", () => {
  expect(reason(stage("new_stage", {}), 0.25)).toBe("0.25");
});

it("bars end at the whole on both scales", () => {
  expect([barLength(1, false), barLength(1, true), barLength(0, true)]).toEqual([1, 1, 0]);
  expect(barLength(0.001, true)).toBeCloseTo(0.5);
});
