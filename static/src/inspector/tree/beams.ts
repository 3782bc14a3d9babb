/**
 * A beam search as a tree of candidates: who goes on from whom, who is the best, and by how much the others lost. Pure; all numbers are
 * those of the `beams` events, and nothing is known of how the search is asked for.
 */

import type { BeamCandidate, Beams, Hypotheses } from "../../protocol/generated";
import { textOf } from "../../tokens/pieces";

export type Search = readonly Beams[];
export type Hypothesis = Hypotheses["hypotheses"][number];

/** A candidate by its step and its place among those of the step. */
export interface Spot {
  step: number;
  place: number;
}

export const candidateAt = (search: Search, { step, place }: Spot): BeamCandidate | undefined => search[step]?.candidates[place];
export const isSame = (a: Spot | null, b: Spot | null): boolean => a?.step === b?.step && a?.place === b?.place;

/** The candidate that one goes on from; null at the first step. */
export function parentOf(search: Search, spot: Spot): Spot | null {
  const candidate = candidateAt(search, spot);
  const step = spot.step - 1;
  const place = search[step]?.candidates.findIndex(({ beam }) => beam >= 0 && beam === candidate?.parent) ?? -1;
  return candidate && place >= 0 ? { step, place } : null;
}

/** A candidate and what it goes on from, the oldest first. */
export function line(search: Search, spot: Spot): Spot[] {
  const spots = [spot];
  for (let before = parentOf(search, spot); before; before = parentOf(search, before)) spots.push(before);
  return spots.reverse();
}

/** The candidates of the next step that go on from one, in their order. */
export function childrenOf(search: Search, spot: Spot): Spot[] {
  const beam = candidateAt(search, spot)?.beam ?? -1;
  const next = beam < 0 ? [] : (search[spot.step + 1]?.candidates ?? []);
  return next.flatMap(({ parent }, place) => (parent === beam ? [{ step: spot.step + 1, place }] : []));
}

/** Where a hypothesis ended; null where no candidate spells it. */
export function spotOf(search: Search, { ids }: Pick<Hypothesis, "ids">): Spot | null {
  const step = ids.length - 1;
  const places = (search[step]?.candidates ?? []).flatMap(({ id }, place) => (id === ids[step] ? [place] : []));
  const found = places.find((place) => line(search, { step, place }).every((spot, k) => candidateAt(search, spot)?.id === ids[k]));
  return found === undefined ? null : { step, place: found };
}

/** What leads: the best hypothesis, or while there is none the running beam with the greatest sum. */
export function best(search: Search, hypotheses: readonly Hypothesis[]): Spot | null {
  const [first] = hypotheses;
  return (first && spotOf(search, first)) ?? leader(search);
}

function leader(search: Search): Spot | null {
  const step = search.findLastIndex(({ candidates }) => candidates.some(({ beam }) => beam >= 0));
  const { candidates = [] } = search[step] ?? {};
  const kept = candidates.flatMap(({ beam, total }, place) => (beam >= 0 ? [{ place, total }] : []));
  const [first] = kept.sort((a, b) => b.total - a.total);
  return first ? { step, place: first.place } : null;
}

/** The text of the running beam that leads. */
export function leading(search: Search): string {
  const spot = leader(search);
  return spot ? textOf(line(search, spot).map((each) => candidateAt(search, each)?.piece ?? new Uint8Array())) : "";
}

/** The first beam of each group: at the first step all of a group go on from it. */
export const groupsOf = (search: Search): number[] =>
  [...new Set(search[0]?.candidates.map(({ parent }) => parent) ?? [])].sort((a, b) => a - b);

/** The places of the candidates that one competed with, itself among them. */
export function rivals(search: Search, { step, place }: Spot): number[] {
  const groups = groupsOf(search);
  const groupOf = (parent: number): number => groups.findLastIndex((first) => first <= parent);
  const { candidates = [] } = search[step] ?? {};
  const mine = groupOf(candidates[place]?.parent ?? 0);
  return candidates.flatMap(({ parent }, k) => (groupOf(parent) === mine ? [k] : []));
}

/** Why a candidate was let go: how far its sum is below the last one that was kept. */
export interface Loss {
  to: Spot;
  by: number; // nats; below 0: its sum was greater, so it had ended, and came too late to count
}

export function lossOf(search: Search, spot: Spot): Loss | null {
  const candidate = candidateAt(search, spot);
  if (candidate?.fate !== "pruned") return null;
  const totalOf = (place: number): number => candidateAt(search, { step: spot.step, place })?.total ?? 0;
  const kept = rivals(search, spot).filter((place) => candidateAt(search, { step: spot.step, place })?.fate === "kept");
  const [last] = kept.sort((a, b) => totalOf(a) - totalOf(b));
  return last === undefined ? null : { to: { step: spot.step, place: last }, by: totalOf(last) - candidate.total };
}

/**
 * The exponent of `score = total / length ** length_penalty` that the search goes by, told from its own numbers; null while only single
 * tokens are known, whose length is 1 with any.
 */
export function penaltyOf(search: Search): number | null {
  const step = search.findIndex(({ candidates }, at) => at > 0 && candidates.some(isTelling));
  const found = search[step]?.candidates.find(isTelling);
  return found ? rounded(Math.log(found.total / found.score) / Math.log(step + 1)) : null;
}

const isTelling = ({ total, score }: BeamCandidate): boolean => total < 0 && score < 0 && Number.isFinite(total / score);

/** Without what logarithms add to a number that a person has typed. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
