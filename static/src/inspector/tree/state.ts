/** What the trees are drawn from: every branch of this page that is known, and the search of the run on the screen. */

import { computed, signal } from "@preact/signals";
import { group } from "d3-array";
import { branches, held, node, recall, visit } from "../../branching/tree";
import { lineage, type Node } from "../../store/branches";
import { isLive, type RunState } from "../../store/run";
import { paced } from "../../store/paced";
import { lane, pick, run, tab } from "../../store/view";
import { wholeOf } from "../../store/whole";
import { forestOf, type Family, type Fork } from "./forest";
import { familyOf, pathsOf } from "./paths";

const REDRAW_MS = 120;
const AT_ONCE = 24; // runs that are asked for again without a word, after a reload

interface Known {
  node: Node;
  run: RunState;
}

const remembered = new Map<number, RunState>(); // what a node's run said last, where the page has let it go
const recalled = signal(0); // counts the runs opened again

/** What is known of every node. Followed only while it is looked at. */
const pulse = computed<{ known: readonly Known[]; missing: readonly Node[] }>(() => {
  void recalled.value;
  if (tab.value !== "tree") return { known: [], missing: [] };
  const all = branches.value.nodes.map((each) => ({ node: each, run: stateOf(each.id) }));
  const known = all.filter((each): each is Known => each.run !== null);
  return {
    known: known.filter(({ run: { phase } }) => phase !== "refused"),
    missing: all.filter(({ run }) => !run).map(({ node }) => node),
  };
});

function stateOf(id: number): RunState | null {
  const its = held(id);
  if (!its) return remembered.get(id) ?? null;
  const state = wholeOf(its).value;
  if (!isLive(state)) remembered.set(id, state);
  return state;
}

const calm = paced(pulse, REDRAW_MS);

export const missing = computed<readonly Node[]>(() => calm.value.missing);
export const forest = computed<Fork[]>(() => forestOf(familiesOf(calm.value.known)));

/** The search of the run on the screen, drawn anew at most so often. */
export const search = paced(
  computed(() => ({ search: run.value.several.search, hypotheses: run.value.several.hypotheses })),
  REDRAW_MS,
);

/** One family for each model and prompt; a run whose prompt is not known yet goes with what it goes on from. */
function familiesOf(known: readonly Known[]): Family[] {
  const keyOf = ({ node: { id }, run: its }: Known): string =>
    its.started ? familyOf(its) : `root ${lineage(branches.peek(), id)[0]?.id}`;
  return [...group(known, keyOf)].map(([key, members]) => ({
    key,
    prompt: members.find(({ run: { started } }) => started)?.run.started?.prompt_pieces ?? [],
    paths: members.flatMap((each) => pathsOf({ ...each.node, current: each.node.id === node.peek()?.id }, each.run)),
  }));
}

/** Fetches runs that a reload has left with the server; the newest first. */
export function fetchMissing(most = AT_ONCE): void {
  const wanted = missing.peek().slice(-most);
  wanted.forEach(recall);
  if (wanted.length > 0) recalled.value++;
}

/** Shows what is at a fork: of several ends the one behind that on the screen. The step where it parts is selected, unless more is to come. */
export function go(fork: Fork): void {
  const { node: to, sample } = targetOf(fork);
  if (to !== node.peek()?.id) visit(to);
  if (run.peek().several.shown !== sample) lane.peek()?.show(sample);
  if (!isLive(run.peek())) pick(Math.max(0, fork.from));
}

function targetOf(fork: Fork): { node: number; sample: number } {
  const shown = fork.ends.findIndex(({ current }) => current);
  const next = fork.ends[(shown + 1) % Math.max(1, fork.ends.length)];
  if (next) return next;
  return fork.current && node.peek() ? { node: (node.peek() as Node).id, sample: run.peek().several.shown } : fork;
}
