/** What the colour of a token says: one number from 0 (expected) to 1 (surprising). Pure. */

import { fill, gettext } from "../i18n";
import type { Token } from "../protocol/generated";

/** What the model thought of a token before any stage. */
export type Believed = Pick<Token, "raw_logprob" | "raw_rank" | "raw_entropy">;

export type MetricName = "probability" | "surprisal" | "entropy" | "rank";

export interface Metric {
  title: string;
  help: string;
  ends: [string, string]; // of the legend
  of: (token: Believed) => number | null;
}

const MOST_BITS = 10; // a probability of 1/1024 has the full colour
const MOST_RANK = 1000;
const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const bits = (nats: number): number => nats / Math.LN2;
const inBits = (bits: string): string => fill(gettext("%(bits)s bit"), { bits });

/** All four are of the model's own distribution, before any stage. */
export const metrics = (): Record<MetricName, Metric> => ({
  probability: {
    title: gettext("Probability"),
    help: gettext("The probability that the model gave the token before any stage."),
    ends: ["1", "0"],
    of: ({ raw_logprob: p }) => (p === null ? null : 1 - Math.exp(p)),
  },
  surprisal: {
    title: gettext("Surprisal"),
    help: gettext("Minus log2 of the probability: how many bits of surprise."),
    ends: [inBits("0"), inBits(`≥ ${MOST_BITS}`)],
    of: ({ raw_logprob: p }) => (p === null ? null : clamp(bits(-p) / MOST_BITS)),
  },
  entropy: {
    title: gettext("Entropy"),
    help: gettext("How undecided the model was, whatever was chosen."),
    ends: [inBits("0"), inBits(`≥ ${MOST_BITS}`)],
    of: ({ raw_entropy: h }) => (h === null ? null : clamp(bits(h) / MOST_BITS)),
  },
  rank: {
    title: gettext("Rank"),
    help: gettext("The place of the token among all, most likely first."),
    ends: ["1", "≥ 1000"],
    of: ({ raw_rank: rank }) => (rank === null ? null : clamp(Math.log(rank) / Math.log(MOST_RANK))),
  },
});
