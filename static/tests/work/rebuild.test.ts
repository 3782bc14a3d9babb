import { expect, it } from "vitest";
import { currentOf, grow, named, NONE, ownerOf, type Branches } from "../../src/store/branches";
import type { StoredRun } from "../../src/work/api";
import { rebuilt } from "../../src/work/rebuild";

const run = (id: string, parent: string | null, kind: string, given: number[] = [], max_tokens = 9): StoredRun => ({
  id,
  parent,
  kind,
  model: "stories",
  state: "stored",
  spec: { prompt: "Once", output_token_ids: given, sampling: { max_tokens } },
});

it("places a branch at the token that was taken, and everything else behind what it began with", () => {
  const all = rebuilt([run("a", null, "run"), run("b", "a", "branch", [5, 6, 7]), run("c", "b", "reroll", [5, 6])], null, null);
  expect(all.nodes.map(({ parent, kind, at, yours, budget }) => ({ parent, kind, at, yours, budget }))).toEqual([
    { parent: null, kind: "run", at: 0, yours: [], budget: 9 },
    { parent: 1, kind: "branch", at: 2, yours: [2], budget: 9 },
    { parent: 2, kind: "reroll", at: 2, yours: [], budget: 9 },
  ]);
  expect(currentOf(all)?.run).toBe("c");
  expect([0, 1, 2].map((step) => ownerOf(all, 2, step)?.run)).toEqual(["a", "a", "b"]);
});

it("goes by what the page has saved, and adds the runs that it did not have", () => {
  let saved: Branches = named(grow(NONE, { parent: null, kind: "run", at: 0, budget: 40 }), 1, "a");
  saved = named(grow(saved, { parent: 1, kind: "edit", at: 3, own: [3, 4], budget: 40 }), 2, "b");
  const all = rebuilt([run("a", null, "run"), run("b", "a", "edit", [1, 2, 3, 4, 5]), run("c", "b", "continue", [1, 2])], saved, "b");
  expect(all.nodes.slice(0, 2)).toEqual(saved.nodes);
  expect(all.nodes[2]).toMatchObject({ parent: 2, kind: "continue", run: "c" });
  expect(currentOf(all)?.run).toBe("b");
});

it("drops what it saved of runs that are gone", () => {
  const saved = named(grow(NONE, { parent: null, kind: "run", at: 0, budget: 40 }), 1, "gone");
  expect(rebuilt([run("a", null, "run")], saved, null).nodes.map((node) => node.run)).toEqual(["a"]);
});

it("makes nothing of nothing, and of what is no tree", () => {
  expect(rebuilt([], { nodes: 3 }, "x")).toEqual(NONE);
  expect(rebuilt([run("a", "elsewhere", "branch", [1])], "?", null).nodes).toMatchObject([{ parent: null, kind: "run", at: 0 }]);
});
