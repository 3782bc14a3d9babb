import { expect, it } from "vitest";
import { differences } from "../../src/inspector/choice/differences";
import { windowOf, WHOLE } from "../../src/inspector/choice/window";
import type { Row, Waterfall } from "../../src/store/trace";

const table = (stages: string[], fates: Record<number, number>): Waterfall => ({
  columns: stages.map((name) => ({ stage: { name } })) as Waterfall["columns"],
  rows: Object.entries(fates).map(([id, removedAt]) => ({ id: Number(id), removedAt })) as Row[],
});

it("a token differs where it is kept, removed, or removed by another stage than before", () => {
  const own = table(["logits", "top_k", "min_p"], { 1: -1, 2: -1, 3: 1, 4: 2, 5: 1 });
  const other = table(["logits", "min_p", "top_k"], { 1: -1, 2: 1, 3: -1, 4: 1, 5: 1, 6: -1 });
  expect([...differences(own, other)]).toEqual([
    [2, "removed"],
    [3, "kept"],
    [5, "elsewhere"],
  ]);
});

it("a short list is drawn whole", () => {
  expect(windowOf(WHOLE, 20, 300, 400)).toEqual({ first: 0, last: WHOLE });
});

it.each([0, 1, 37, 160, 1000, 2500, 3900, 9999])("of a long list all that is in sight at %d px is drawn, and little more", (top) => {
  const [count, height, room] = [200, 20, 400];
  const { first, last } = windowOf(count, height, top, room);
  const seen = [Math.floor(top / height), Math.min(count, Math.ceil((top + room) / height))] as const;
  expect(first).toBeLessThanOrEqual(Math.max(0, Math.min(seen[0], count - 1)));
  expect(last).toBeGreaterThanOrEqual(Math.min(count, seen[1]));
  expect(last - first).toBeLessThanOrEqual(room / height + 4 * 8);
  expect(last).toBeLessThanOrEqual(count);
});

it("scrolling by a row or two draws nothing new", () => {
  const [one, other] = [windowOf(200, 20, 1000, 400), windowOf(200, 20, 1020, 400)];
  expect(other).toEqual(one);
});
