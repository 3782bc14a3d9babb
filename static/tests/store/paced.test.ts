import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { calm } from "../../src/store/paced";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

it("shows growth at most so often, and always the last of it", () => {
  const source = signal(0);
  const shown = calm(source, 75);
  const seen = new Set<number>();
  for (let value = 1; value <= 20; value++) {
    source.value = value;
    vi.advanceTimersByTime(10);
    seen.add(shown.value);
  }
  expect(seen.size).toBeLessThanOrEqual(4);
  vi.advanceTimersByTime(75);
  expect(shown.value).toBe(20);
});

it("shows a fall at once", () => {
  const source = signal(9);
  const shown = calm(source, 75);
  source.value = 10;
  source.value = -1;
  expect(shown.value).toBe(-1);
});
