/**
 * The tree of what has been tried, and the way through it. Pure; knows nothing of runs but their ids, nor of signals, sockets or the DOM.
 *
 * Every action makes a **node**: a run of its own (`run`, its id; null until the server has accepted it, and for ever where all output was
 * deleted) whose output begins with its parent's first `at` tokens. What follows there is its own:
 *
 *   kind      what the person did                                   tokens of its own, from step `at` on
 *   run       pressed Run (`parent` null, `at` 0)                   all
 *   branch    took another candidate at step `at`                   that candidate (in `yours`), then what was drawn
 *   edit      rewrote the text from step `at` on                    the text's tokens (in `yours`), then what was drawn
 *   reroll    drew step `at` again, with a new seed                 what was drawn
 *   delete    deleted from step `at` on, and stopped                none
 *   step      drew one more token (`parent` null: the first)        that token
 *   continue  went on with a run that had ended                     what was drawn
 *
 * So `lineage` tells where each token of a node was decided: step s belongs to the youngest of a node and its ancestors with `at` <= s
 * (`ownerOf`); `yours` are the steps at which a person decided instead of the dice. `budget` is the number of tokens that the person
 * asked for (`max_tokens` of the settings), which a deleted or stepped run's own `max_tokens` does not tell. Where the parent has several
 * samples, `sample` is the one whose tokens were kept; the node itself has one.
 *
 * `trail` lists the nodes in the order in which they were looked at, `place` is where on it the page stands: undo and redo walk it, and a
 * new action forgets what lay ahead on the trail, but no node: a tree panel draws `nodes` (parents before children, ids in order of birth)
 * and calls `visit`. Nodes leave only by `without`, when their run was refused, and by `capped`.
 */

export type Kind = "run" | "branch" | "edit" | "reroll" | "delete" | "step" | "continue";

export interface Node {
  id: number;
  parent: number | null;
  kind: Kind;
  at: number; // tokens shared with the parent
  sample: number; // of the parent
  yours: readonly number[]; // steps, of the parent's kept ones too, that a person decided; ascending
  budget: number; // tokens asked for
  run: string | null;
}

export interface Branches {
  nodes: readonly Node[];
  trail: readonly number[]; // ids
  place: number; // on the trail; -1: nothing has been looked at
}

export const NONE: Branches = { nodes: [], trail: [], place: -1 };
export const MOST_NODES = 256;

/** A node as it is asked for: `own` are the steps that the person decides with it. */
export interface Growth {
  parent: number | null;
  kind: Kind;
  at: number;
  sample?: number;
  own?: readonly number[];
  budget: number;
}

export const nodeOf = ({ nodes }: Branches, id: number | null): Node | null => nodes.find((node) => node.id === id) ?? null;
export const currentOf = (all: Branches): Node | null => nodeOf(all, all.trail[all.place] ?? null);
export const childrenOf = ({ nodes }: Branches, id: number | null): Node[] => nodes.filter(({ parent }) => parent === id);
export const canUndo = ({ place }: Branches): boolean => place > 0;
export const canRedo = ({ place, trail }: Branches): boolean => place < trail.length - 1;

/** Adds a node and looks at it. Its parent must be there. */
export function grow(all: Branches, { parent, kind, at, sample = 0, own = [], budget }: Growth): Branches {
  const id = 1 + Math.max(0, ...all.nodes.map((node) => node.id));
  const kept = (nodeOf(all, parent)?.yours ?? []).filter((step) => step < at);
  const node: Node = { id, parent, kind, at, sample, yours: [...kept, ...own], budget, run: null };
  return capped(visit({ ...all, nodes: [...all.nodes, node] }, id));
}

/** Looks at a node that is there; what lay ahead on the trail is forgotten. */
export function visit(all: Branches, id: number): Branches {
  if (currentOf(all)?.id === id) return all;
  const trail = [...all.trail.slice(0, all.place + 1), id];
  return { ...all, trail, place: trail.length - 1 };
}

export const undo = (all: Branches): Branches => (canUndo(all) ? { ...all, place: all.place - 1 } : all);
export const redo = (all: Branches): Branches => (canRedo(all) ? { ...all, place: all.place + 1 } : all);

/** The server has accepted a node's run. */
export function named(all: Branches, id: number, run: string): Branches {
  return { ...all, nodes: all.nodes.map((node) => (node.id === id ? { ...node, run } : node)) };
}

/** Without a node whose run was refused, as if it had not been asked for; its children go with it. */
export function without(all: Branches, id: number): Branches {
  const gone = new Set([id]);
  for (const { id: each, parent } of all.nodes) if (parent !== null && gone.has(parent)) gone.add(each);
  const stays = (each: number): boolean => !gone.has(each);
  const before = all.trail.slice(0, all.place + 1).filter(stays);
  const after = all.trail.slice(all.place + 1).filter(stays);
  return { nodes: all.nodes.filter((node) => stays(node.id)), trail: joined([...before, ...after]), place: joined(before).length - 1 };
}

/** A node and its ancestors, the oldest first. */
export function lineage(all: Branches, id: number | null): Node[] {
  const node = nodeOf(all, id);
  return node ? [...lineage(all, node.parent), node] : [];
}

/** Whose token stands at `step` of a node: its own, or that of the ancestor in whose run it was decided. */
export const ownerOf = (all: Branches, id: number, step: number): Node | null =>
  lineage(all, id).findLast(({ at, parent }) => parent === null || at <= step) ?? null;

/** What `max_tokens` must be for a run to go on after `given` tokens: the budget, or as much again where that is used up. */
export const roomAfter = (given: number, budget: number, most: number): number => Math.min(most, given < budget ? budget : given + budget);

/** What a reload needs. Nodes that the server never accepted are left out, unless all their output was deleted. */
export function packed(all: Branches): Branches {
  const lost = all.nodes.filter(({ run, kind }) => run === null && kind !== "delete").map(({ id }) => id);
  return lost.reduce(without, all);
}

/** The inverse of `packed`, for whatever an older page may have stored: null where that is no tree. */
export function unpacked(stored: unknown): Branches | null {
  const { nodes, trail, place } = (stored ?? {}) as Partial<Branches>;
  if (!Array.isArray(nodes) || !Array.isArray(trail) || typeof place !== "number") return null;
  const ids = new Set((nodes as Node[]).map(({ id }) => id));
  const whole = (nodes as Node[]).every(({ parent, yours }) => Array.isArray(yours) && (parent === null || ids.has(parent)));
  return whole && trail.every((id) => ids.has(id as number)) && place < trail.length ? { nodes, trail, place } : null;
}

/** Forgets the oldest trees, and of one tree its oldest leaves, that are not in the current lineage. */
function capped(all: Branches): Branches {
  if (all.nodes.length <= MOST_NODES) return all;
  const line = new Set(lineage(all, currentOf(all)?.id ?? null).map(({ id }) => id));
  const oldest = all.nodes.find(({ id }) => !line.has(id) && childrenOf(all, id).length === 0);
  return oldest ? capped(without(all, oldest.id)) : all;
}

/** A trail on which the same node does not stand twice in a row. */
const joined = (trail: readonly number[]): number[] => trail.filter((id, k) => id !== trail[k - 1]);
