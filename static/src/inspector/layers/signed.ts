/** Signed scores: how they are written, and which come first. Pure. */

import { number } from "../../numbers";

/** With its sign, also where it is positive. */
export const signed = (score: number): string => (score > 0 ? `+${number(score)}` : number(score));

/** Positions by the size of their scores, the largest first, whatever the sign. */
export const byWeight = (scores: Float32Array): number[] =>
  Array.from(scores.keys()).sort((a, b) => Math.abs(scores[b] ?? 0) - Math.abs(scores[a] ?? 0) || a - b);

/** The largest size of a score; 1 where there is none. */
export const largest = (scores: Float32Array): number => scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0) || 1;
