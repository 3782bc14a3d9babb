import { describe, expect, it } from "vitest";
import { EMPTY, reduceAll } from "../../src/store/run";
import { meter } from "../../src/store/timing";
import { events, RUN } from "../recording";

const asked = { ...EMPTY, id: RUN, askedAt: 1000 };

describe("the meter", () => {
  it("knows nothing of a run that has not begun", () => {
    expect(Object.values(meter(EMPTY)).every((value) => value === null)).toBe(true);
  });

  it("measures from the tokens while the run goes on", () => {
    const { tpotP50Ms, tpotP95Ms, tokensPerSecond, ttftMs } = meter(reduceAll(asked, events.slice(0, 20), 1150));
    expect(tpotP50Ms).toBeGreaterThan(7);
    expect(tpotP95Ms).toBeGreaterThanOrEqual(tpotP50Ms ?? Infinity);
    expect(tokensPerSecond).toBeCloseTo(1000 / 9.5, -1);
    expect(ttftMs).toBeGreaterThan(11);
  });

  it("gives the worker's own numbers when the run has finished", () => {
    expect(meter(reduceAll(asked, events, 1150))).toMatchObject({ ttftMs: 12.4, tpotP95Ms: 11.2, tokensPerSecond: 104, clickMs: 150 });
  });
});
