import { expect, it } from "vitest";
import { nats, shownValue } from "../../src/compare/values";

it("shows a divergence with the digits that tell it from another", () => {
  expect([0, 0.03123, 0.0000123, 2.5, Infinity, null, NaN].map(nats)).toEqual(["0", "0.0312", "1.2e−5", "2.5", "∞", "–", "–"]);
});

it("shows a setting's value in a few characters", () => {
  expect([0.2, -1.5, true, null, [], ["a", "b"], { "5": 2 }, "prompt_lookup"].map(shownValue)).toEqual([
    "0.2", "−1.5", "on", "none", "none", "a b", '{"5":2}', "prompt_lookup",
  ]); // prettier-ignore
  expect(shownValue("x".repeat(100))).toHaveLength(24);
});
