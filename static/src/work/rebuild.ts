/** The tree of branches of a stored session. Pure.
 *
 * What the page saved of its own tree is exact. A run that it does not have (made over the API, or after the last saving) is placed by what
 * it was asked for: its output begins with tokens of its parent and, at a branch, the one that was taken.
 */

import * as tree from "../store/branches";
import type { StoredRun } from "./api";

/** `shown`: the run to look at; the newest where there is none of that id. */
export function rebuilt(runs: readonly StoredRun[], saved: unknown, shown: string | null): tree.Branches {
  const all = runs.reduce(placed, living(tree.unpacked(saved) ?? tree.NONE, runs));
  const wanted = all.nodes.find(({ run }) => run !== null && run === shown) ?? all.nodes.findLast(({ run }) => run === runs.at(-1)?.id);
  return wanted ? tree.visit(all, wanted.id) : all;
}

/** Without the nodes whose runs are gone. */
function living(all: tree.Branches, runs: readonly StoredRun[]): tree.Branches {
  const known = new Set(runs.map(({ id }) => id));
  const gone = all.nodes.filter(({ run }) => run !== null && !known.has(run));
  return gone.reduce((left, { id }) => tree.without(left, id), all);
}

function placed(all: tree.Branches, run: StoredRun): tree.Branches {
  if (all.nodes.some((node) => node.run === run.id)) return all;
  const parent = all.nodes.find((node) => node.run !== null && node.run === run.parent);
  const grown = tree.grow(all, parent ? grafted(run, parent.id) : { parent: null, kind: rootKind(run), at: 0, budget: budgetOf(run) });
  const node = tree.currentOf(grown);
  return node ? tree.named(grown, node.id, run.id) : all;
}

function grafted(run: StoredRun, parent: number): tree.Growth {
  const given = run.spec.output_token_ids?.length ?? 0;
  const taken = run.kind === "branch" && given > 0;
  const at = taken ? given - 1 : given;
  return { parent, kind: kindOf(run.kind), at, own: taken ? [at] : [], budget: budgetOf(run) };
}

const KINDS: readonly tree.Kind[] = ["run", "branch", "edit", "reroll", "delete", "step", "continue"];
const kindOf = (kind: string): tree.Kind => KINDS.find((known) => known === kind) ?? "run";
const rootKind = ({ kind }: StoredRun): tree.Kind => (kind === "step" ? "step" : "run");
const budgetOf = ({ spec }: StoredRun): number => Number((spec.sampling as { max_tokens?: number } | undefined)?.max_tokens ?? 0);
