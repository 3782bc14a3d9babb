/** Numbers as people read them. */

import { describe, expect, it } from "vitest";
import { number, score } from "../src/numbers";

describe("numbers as people read them", () => {
  it("have a real minus sign wherever one stands", () => {
    expect(score(-3.728)).toBe("−3.73");
    expect(number(-1.5e-7)).toBe("−1.5e−7");
  });

  it("have no sign where they round to nothing", () => {
    expect([score(-0.003), score(0), score(-0.005001)]).toEqual(["0.00", "0.00", "−0.01"]);
  });
});
