import { expect, it } from "vitest";
import { found, paramsOf, reading } from "../../src/inspector/choice/told";
import { testOf } from "../../src/inspector/choice/geometry";
import type { StageTrace } from "../../src/protocol/generated";
import { fields } from "../recording";

const told = (name: string, numbers: Record<string, number>) =>
  found({ name, numbers } as unknown as StageTrace).map((pair) => pair.join(" ").trim());

it("a head says what the step itself decided", () => {
  expect(told("mirostat", { mu: 9.4321, mirostat_tau: 5, mirostat_eta: 0.1 })).toEqual(["μ 9.43 bit"]);
  expect(told("xtc", { xtc_probability: 0.5, xtc_threshold: 0.1, u: 0.3123, acts: 1 })).toEqual(["u 0.312 ≤ 0.5", "acts"]);
  expect(told("xtc", { xtc_probability: 0.5, xtc_threshold: 0.1, u: 0.75, acts: 0 })).toEqual(["u 0.75 > 0.5", "does not act"]);
  expect(told("min_p", { min_p: 0.05, max_p: 0.7123, threshold: 0.035615 })).toEqual(["max p 0.7123", "bound 0.0356"]);
  expect(told("typical_p", { typical_p: 0.9, entropy: 2, threshold: Math.LN2 })).toEqual(["bound 1.00 bit"]);
  expect(told("top_n_sigma", { top_n_sigma: 1, max: 9.5, sigma: 2.25, threshold: 7.25 })).toEqual(["σ 2.25", "bound 7.25"]);
  expect(told("dynatemp", { dynatemp_range: 0.5, entropy: 2, temperature: 0.8712 })).toEqual(["T′ 0.871"]);
  expect(told("dry", { dry_multiplier: 0.8, tokens: 3, largest: 2.45 })).toEqual(["tokens 3", "most −2.45"]);
});

it("what a stage was told stands in one line", () => {
  const stages = [{ name: "xtc", active: true, params: { xtc_probability: 0.5, xtc_threshold: 0.1 } }];
  expect([paramsOf(stages, "xtc"), paramsOf(stages, "logits")]).toEqual(["0.5 0.1", "–"]);
});

it("every stage says how its column is read", () => {
  const stages = fields.find(({ name }) => name === "stage_order")?.bounds.enum ?? [];
  for (const stage of ["logits", ...stages]) expect(reading(stage, testOf(stage))).not.toBe("");
});
