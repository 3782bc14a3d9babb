/**
 * Texts that begin alike as one tree: what they share stands once, and where they part there is a fork. Pure; knows nothing of runs but
 * how to name one, nor of how the tree is drawn.
 */

import { group } from "d3-array";
import type { Kind } from "../../store/branches";

export interface Piece {
  id: number;
  piece: Uint8Array;
  logprob: number | null; // ln; null where it is not known, as of a token that a person wrote
}

/** One text: a sample of what a node of the history ran, or a hypothesis of its search. */
export interface Path {
  node: number;
  sample: number;
  name: string; // among the ends of one node
  kind: Kind;
  pieces: readonly Piece[];
  reason: string | null; // why it ended; null while it goes on
  current: boolean; // on the screen
}

/** What goes on from one prompt. */
export interface Family {
  key: string;
  prompt: readonly Uint8Array[];
  paths: readonly Path[];
}

export interface Scores {
  tokens: number;
  unscored: number; // of these: tokens without a log-probability
  total: number; // sum of the others, ln
  mean: number | null; // of the others; null where there are none
}

export interface End extends Scores {
  node: number;
  sample: number;
  name: string;
  kind: Kind;
  reason: string | null;
  current: boolean;
}

/** A stretch of text that all paths below have in common. */
export interface Fork {
  key: string; // stays while the tree grows: where it begins, on the oldest path through it
  from: number; // step of its first token; -1 for a prompt
  pieces: readonly Uint8Array[];
  ids: readonly number[];
  node: number; // of the oldest path
  sample: number;
  current: boolean; // whether the path on the screen goes through it
  ends: readonly End[];
  children: readonly Fork[];
}

export const forestOf = (families: readonly Family[]): Fork[] => families.map(rooted);

function rooted({ key, prompt, paths }: Family): Fork {
  const [first] = paths;
  const whole = { node: first?.node ?? 0, sample: first?.sample ?? 0 };
  return { key, from: -1, pieces: prompt, ids: [], ...whole, current: paths.some(isCurrent), ...below(paths, 0) };
}

/** What comes behind the first `at` tokens, which all `paths` share: those that end there, and a fork for each way on. */
function below(paths: readonly Path[], at: number): Pick<Fork, "ends" | "children"> {
  const on = paths.filter(({ pieces }) => pieces.length > at);
  const ways = group(on, ({ pieces }) => pieces[at]?.id ?? -1);
  const ends = paths.filter(({ pieces }) => pieces.length === at).map(ended);
  return { ends, children: [...ways.values()].map((together) => forked(together, at)) };
}

function forked(paths: readonly Path[], from: number): Fork {
  const [first, ...others] = paths as [Path, ...Path[]];
  const to = others.reduce((shared, other) => commonTo(first, other, shared), first.pieces.length);
  const stretch = first.pieces.slice(from, to);
  return {
    key: `${first.node}:${first.name}@${from}`,
    from,
    pieces: stretch.map(({ piece }) => piece),
    ids: stretch.map(({ id }) => id),
    node: first.node,
    sample: first.sample,
    current: paths.some(isCurrent),
    ...below(paths, to),
  };
}

const isCurrent = ({ current }: Path): boolean => current;

/** How many tokens two paths share, at most `most`. */
function commonTo(a: Path, b: Path, most: number): number {
  const end = Math.min(most, b.pieces.length);
  for (let k = 0; k < end; k++) if (a.pieces[k]?.id !== b.pieces[k]?.id) return k;
  return end;
}

const ended = ({ pieces, ...rest }: Path): End => ({ ...rest, ...scoresOf(pieces) });

export function scoresOf(pieces: readonly Piece[]): Scores {
  const known = pieces.flatMap(({ logprob }) => (logprob === null ? [] : [logprob]));
  const total = known.reduce((sum, logprob) => sum + logprob, 0);
  return { tokens: pieces.length, unscored: pieces.length - known.length, total, mean: known.length ? total / known.length : null };
}

/** All forks, each before what is below it. */
export const flat = (forks: readonly Fork[]): Fork[] => forks.flatMap((fork) => [fork, ...flat(fork.children)]);
