import { expect, it } from "vitest";
import { bitsOf, natsOf, percent, points, spaced } from "../../src/classroom/words";

it.each([
  [1, "100 %"],
  [0.9995, "100 %"],
  [0.9994, "100 %"],
  [0.994, "99 %"],
  [0.1, "10 %"],
  [0.0999, "10.0 %"],
  [0.0123, "1.2 %"],
  [0.00456, "0.46 %"],
  [0.001, "0.10 %"],
  [0.00099, "< 0.1 %"],
  [0, "< 0.1 %"],
])("shows a probability of %f as %s", (p, shown) => {
  expect(percent(p)).toBe(shown);
});

it("leaves a decimal out where it says nothing", () => {
  expect([10, 7.25, 0.04, 0].map(points)).toEqual(["10", "7.3", "0", "0"]);
});

it("turns nats into bits and back", () => {
  expect(bitsOf(Math.log(8))).toBeCloseTo(3, 12);
  expect(natsOf(bitsOf(1.7))).toBeCloseTo(1.7, 12);
});

it("reads a code in two halves", () => {
  expect(spaced("ACDEFG")).toBe("ACD EFG");
});
