/** The tree of branches on this page: which run belongs to which node, what is shown, what a reload finds again. */

import { batch, computed, effect, signal } from "@preact/signals";
import { sentence } from "../errors";
import { inSequence } from "../i18n";
import type { RunSpec, Token } from "../protocol/generated";
import { client, lanes, show } from "../session";
import { Lane, type Place } from "../socket/lane";
import * as tree from "../store/branches";
import { draft, drafts, restored, type Draft } from "../store/draft";
import type { RunState } from "../store/run";
import { loadFor, storeFor } from "../store/storage";
import { lane, picked } from "../store/view";
import { origins } from "../store/whole";
import { foreign, work } from "../work/work";

const KEY = "branches";

export const branches = signal<tree.Branches>(tree.NONE);
export const node = computed(() => tree.currentOf(branches.value));
/** The steps of the run on the screen at which a person decided, not the dice. */
export const yours = computed<readonly number[]>(() => node.value?.yours ?? []);
/** Why the last action was not done; null once something else is tried. */
export const trouble = signal<string | null>(null);

const runs = new Map<number, Lane>(); // by node
const known = new Map<string, Draft>(); // what stored runs were asked for

/** Brings back the tree of before a reload, where `id`, or none, is what its node on the screen ran. Whether it was. */
export function recover(id: string | null): boolean {
  const stored = tree.unpacked(loadFor(sessionStorage, KEY));
  const current = stored && tree.currentOf(stored);
  if (!stored || !current || current.run !== id) return false;
  branches.value = stored;
  const opened = laneOf(current);
  const known = drafts.get(opened);
  if (current.kind === "run" && known) draft.value = known; // a branch leaves the settings of the next run alone
  show(opened);
  return true;
}

/** Puts a stored session on the screen; `asked`: what its runs were asked for. */
export function bring(all: tree.Branches, asked: ReadonlyMap<string, Draft>): void {
  batch(() => {
    clearAll();
    asked.forEach((each, run) => known.set(run, each));
    branches.value = all;
    const current = tree.currentOf(all);
    if (current) show(laneOf(current));
  });
}

/** Forgets all: what comes next is a tree of another session. */
export function clearAll(): void {
  runs.clear();
  branches.value = tree.NONE;
  trouble.value = null;
}

/** From now on a run that comes on the screen in any other way is a tree of its own, and the next reload finds all of them. */
export function plant(): void {
  effect(() => adopt(lane.value));
  effect(() => storeFor(sessionStorage, KEY, tree.packed(branches.value)));
}

function adopt(shown: Lane | null): void {
  if (!shown || [...runs.values()].includes(shown)) return;
  trouble.value = null;
  const wanted = Number(drafts.get(shown)?.sampling.max_tokens ?? draft.peek().sampling.max_tokens);
  add({ parent: null, kind: "run", at: 0, budget: wanted }, () => shown);
}

/** The run of a node where this page holds it. */
export const held = (id: number): Lane | null => runs.get(id) ?? null;

/** The run of a node that is there, opened again where this page does not hold it. */
export const recall = (wanted: tree.Node): Lane => laneOf(wanted);

/** Shows a node that is there. */
export function visit(id: number): void {
  move(tree.visit(branches.peek(), id));
}

export const undo = (): void => move(tree.undo(branches.peek()));
export const redo = (): void => move(tree.redo(branches.peek()));

function move(to: tree.Branches): void {
  const wanted = tree.currentOf(to);
  if (!wanted || to === branches.peek()) return;
  batch(() => {
    trouble.value = null;
    branches.value = to;
    show(laneOf(wanted));
    forget();
  });
}

/** Starts a run that goes on from what is on the screen: `output` are the tokens that it begins with. */
export function sprout(growth: tree.Growth, wanted: Draft, spec: RunSpec | Promise<RunSpec>, output: readonly Token[]): void {
  add(growth, (grown) => {
    const started = client.start(spec, output, placeOf(growth));
    drafts.set(started, wanted);
    return graft(grown, started);
  });
}

/** Its run comes of the youngest run before it: what was deleted whole has none. */
function placeOf({ parent, kind }: tree.Growth): Place {
  const before = tree.lineage(branches.peek(), parent).findLast(({ run }) => run !== null && !foreign.has(run))?.run ?? null;
  return before ? { parent: before, kind } : { session: work.peek()?.session ?? null, kind };
}

/** Shows a node that has nothing left of its output, and so no run. */
export const clear = (growth: tree.Growth): void => add(growth, emptied);

function add(growth: tree.Growth, run: (grown: tree.Node) => Lane): void {
  batch(() => {
    trouble.value = null;
    branches.value = tree.grow(branches.peek(), growth);
    const grown = tree.currentOf(branches.peek());
    if (!grown) return;
    runs.set(grown.id, run(grown));
    show(laneOf(grown));
    if (grown.kind !== "delete" || grown.at > 0) watch(grown.id, laneOf(grown));
  });
}

/** The run of a node: opened again by its id where this page does not hold it any more. */
function laneOf(wanted: tree.Node): Lane {
  const found = runs.get(wanted.id) ?? (wanted.run === null ? emptied(wanted) : reopened(wanted, wanted.run));
  runs.set(wanted.id, found);
  return found;
}

const emptied = (wanted: tree.Node): Lane => graft(wanted, new Lane(client, { type: "emptied" }));

function reopened(wanted: tree.Node, run: string): Lane {
  const opened = client.open(run);
  const stored = known.get(run) ?? loadFor<Draft>(sessionStorage, `asked:${run}`);
  if (stored) drafts.set(opened, restored(stored));
  return graft(wanted, opened);
}

/** Tells the run of a node which one it goes on from. */
function graft(wanted: tree.Node, its: Lane): Lane {
  const parent = tree.nodeOf(branches.peek(), wanted.parent);
  if (parent) origins.set(its, { lane: laneOf(parent), sample: wanted.sample });
  const known = parent && drafts.get(laneOf(parent));
  if (known && !drafts.has(its)) drafts.set(its, known);
  return its;
}

/** Gives up runs that the session has given up, unless what is shown goes on from them. */
function forget(): void {
  const line = tree.lineage(branches.peek(), node.peek()?.id ?? null).map(({ id }) => id);
  for (const [id, each] of runs) if (!line.includes(id) && !lanes.peek().includes(each) && !each.isLive) runs.delete(id);
}

/** Follows a run until the server has taken it and it has said something new. One that is refused has never been. */
function watch(id: number, its: Lane): void {
  const stop = effect(() => {
    const run = its.run.value;
    const parent = tree.nodeOf(branches.peek(), id)?.parent ?? null;
    if (run.id !== null && tree.nodeOf(branches.peek(), id)?.run !== run.id) branches.value = tree.named(branches.peek(), id, run.id);
    if (parent !== null && failed(run)) queueMicrotask(() => refuse(id, run));
    if (run.finished || run.phase === "refused" || run.tokens.length > run.several.given.length) queueMicrotask(() => stop());
  });
}

const failed = ({ phase, finished, tokens, several }: RunState): boolean =>
  phase === "refused" || (finished?.error != null && tokens.length <= several.given.length);

function refuse(id: number, { errors }: RunState): void {
  batch(() => {
    const shown = node.peek()?.id === id;
    branches.value = tree.without(branches.peek(), id);
    runs.delete(id);
    trouble.value = inSequence(errors.map(sentence));
    if (shown && node.peek()) show(laneOf(node.peek() as tree.Node));
    picked.value = null;
  });
}
