/** The texts of a run as paths of the tree: its samples, or what its search has found. Pure. */

import type { Token } from "../../protocol/generated";
import type { Node } from "../../store/branches";
import type { RunState } from "../../store/run";
import type { Path, Piece } from "./forest";

/** Which of its ways a node's run shows, and whether that is what is on the screen. */
export type Of = Pick<Node, "id" | "kind"> & { current: boolean };

export function pathsOf({ id: node, kind, current }: Of, run: RunState): Path[] {
  const { samples, shown, hypotheses, reasons } = run.several;
  const ended = run.finished?.reason ?? null;
  if (hypotheses.length > 0)
    return hypotheses.map(({ ids, pieces, logprobs, reason }, k) => ({
      ...{ node, kind, sample: 0, name: String(k), reason, current: current && k === 0 }, // the best is what the page shows
      pieces: ids.map((token, step) => ({ id: token, piece: pieces[step] ?? new Uint8Array(), logprob: logprobs[step] ?? null })),
    }));
  const all = samples.length > 0 ? samples : [run.tokens];
  return all.map((tokens, sample) => ({
    ...{ node, kind, sample, name: String(sample), current: current && sample === shown },
    pieces: tokens.map(pieceOf),
    reason: reasons[sample] ?? ended,
  }));
}

const pieceOf = ({ id, piece, logprob }: Token): Piece => ({ id, piece, logprob });

/** What runs have in common that may share text: the model and the prompt. */
export const familyOf = ({ started, model }: RunState): string => `${model?.name ?? ""} ${started?.prompt_ids.join(",") ?? ""}`;
