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

it("a bound that the distribution sets is shown with what it was made of", () => {
  expect(reason(stage("top_a", { top_a: 0.2, max_p: 0.5, threshold: 0.05 }), 0.04)).toBe("0.0400 < 0.2 × 0.5²");
  expect(reason(stage("epsilon_cutoff", { epsilon_cutoff: 0.003 }), 0.002)).toBe("0.0020 < 0.003");
  expect(reason(stage("eta_cutoff", { eta_cutoff: 0.1, entropy: 3, threshold: 0.0157 }), 0.002)).toBe("0.0020 < 0.0157");
  expect(reason(stage("top_n_sigma", { top_n_sigma: 1, max: 9.5, sigma: 2.25, threshold: 7.25 }), -3)).toBe("−3.00 < 9.50 − 1 × 2.25");
});

it("what is left out for its place says which place", () => {
  expect(reason(stage("tfs_z", { tfs_z: 0.9, kept: 8 }), 12)).toBe("rank 12, in the tail after 8");
  expect(reason(stage("typical_p", { typical_p: 0.9, entropy: 2, threshold: Math.LN2 }), 2 * Math.LN2)).toBe(
    "2.00 bits from typical, 1.00 at most",
  );
  expect(reason(stage("xtc", { xtc_probability: 1, xtc_threshold: 0.1, u: 0.3, acts: 1 }), 0.4)).toBe(
    "0.4000 ≥ 0.1, as is a less likely one",
  );
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
