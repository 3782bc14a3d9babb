import { expect, it } from "vitest";
import { delayMs } from "../../src/socket/connection";

it("waits longer after each failure, up to a bound, and never the same for everyone", () => {
  expect([0, 3, 30].map((attempt) => delayMs(attempt, 1))).toEqual([375, 2125, 10_125]);
  expect(delayMs(5, 0)).toBe(125);
});
