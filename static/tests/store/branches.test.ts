import { describe, expect, it } from "vitest";
import {
  canRedo,
  canUndo,
  childrenOf,
  currentOf,
  grow,
  lineage,
  MOST_NODES,
  named,
  NONE,
  nodeOf,
  ownerOf,
  packed,
  redo,
  roomAfter,
  undo,
  unpacked,
  visit,
  without,
  type Branches,
} from "../../src/store/branches";

const root = named(grow(NONE, { parent: null, kind: "run", at: 0, budget: 40 }), 1, "a");
const branched = named(grow(root, { parent: 1, kind: "branch", at: 5, own: [5], budget: 40 }), 2, "b");
const edited = named(grow(branched, { parent: 2, kind: "edit", at: 8, own: [8, 9], budget: 40 }), 3, "c");
const shown = (all: Branches) => currentOf(all)?.id ?? null;
const ids = (all: Branches) => all.nodes.map(({ id }) => id);

describe("the tree of branches", () => {
  it("shows what was made last, and tells its lineage from the oldest on", () => {
    expect(shown(edited)).toBe(3);
    expect(lineage(edited, 3).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(childrenOf(edited, 1).map(({ id }) => id)).toEqual([2]);
    expect(shown(NONE)).toBeNull();
  });

  it("knows in whose run each step was decided", () => {
    expect([0, 4, 5, 7, 8, 20].map((step) => ownerOf(edited, 3, step)?.id)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it("keeps the steps that a person decided as far as they are kept", () => {
    expect(nodeOf(edited, 3)?.yours).toEqual([5, 8, 9]);
    const again = grow(edited, { parent: 3, kind: "reroll", at: 9, budget: 40 });
    expect(currentOf(again)?.yours).toEqual([5, 8]);
  });

  it("walks back and forth over what was looked at", () => {
    expect([canUndo(root), canUndo(edited), canRedo(edited)]).toEqual([false, true, false]);
    const back = undo(undo(edited));
    expect([shown(back), canUndo(back), canRedo(back)]).toEqual([1, false, true]);
    expect(shown(undo(back))).toBe(1);
    expect(shown(redo(redo(redo(back))))).toBe(3);
  });

  it("forgets the trail ahead after a new action, but no node", () => {
    const other = grow(undo(edited), { parent: 2, kind: "delete", at: 3, budget: 40 });
    expect([shown(other), canRedo(other)]).toEqual([4, false]);
    expect(ids(other)).toEqual([1, 2, 3, 4]);
    expect(shown(undo(visit(other, 3)))).toBe(4);
  });

  it("looking at what is already shown changes nothing", () => {
    expect(visit(edited, 3)).toBe(edited);
  });

  it("goes back to where it was when a run is refused", () => {
    const asked = grow(undo(edited), { parent: 2, kind: "branch", at: 1, own: [1], budget: 40 });
    const refused = without(asked, 4);
    expect([shown(refused), ids(refused), canRedo(refused)]).toEqual([2, [1, 2, 3], false]);
    expect(shown(undo(refused))).toBe(1);
  });

  it("takes the children along, and joins what is left of the trail", () => {
    const twice = visit(visit(edited, 1), 3);
    const left = without(twice, 2);
    expect([ids(left), left.trail, left.place]).toEqual([[1], [1], 0]);
  });

  it("comes back from storage as it was, without what the server never took", () => {
    const asked = grow(edited, { parent: 3, kind: "reroll", at: 2, budget: 40 });
    const back = unpacked(JSON.parse(JSON.stringify(packed(asked))));
    expect(back).toEqual(edited);
    const emptied = grow(edited, { parent: 3, kind: "delete", at: 0, budget: 40 });
    expect(packed(emptied)).toEqual(emptied);
  });

  it.each([null, 7, {}, { nodes: [], trail: [1], place: 0 }, { nodes: [{ id: 2, parent: 1, yours: [] }], trail: [2], place: 0 }])(
    "takes no %j for a tree",
    (stored) => {
      expect(unpacked(stored)).toBeNull();
    },
  );

  it("gives up the oldest leaves, never an ancestor of what is shown", () => {
    let all = edited;
    for (let k = 0; k < MOST_NODES; k++) all = grow(all, { parent: 3, kind: "reroll", at: 1, budget: 40 });
    expect(all.nodes).toHaveLength(MOST_NODES);
    expect(lineage(all, shown(all)).map(({ id }) => id)).toEqual([1, 2, 3, shown(all)]);
    expect(nodeOf(all, 4)).toBeNull();
    expect(all.trail.every((id) => nodeOf(all, id) !== null)).toBe(true);
  });

  it("raises the limit only where it is used up, and never beyond the most", () => {
    expect([roomAfter(5, 40, 1000), roomAfter(40, 40, 1000), roomAfter(990, 40, 1000)]).toEqual([40, 80, 1000]);
  });
});
