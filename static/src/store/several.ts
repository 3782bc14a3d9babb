/** Runs with more than one continuation: samples, beams, drafts. Pure; knows nothing of the page. */

import type { Beams, Drafts, Hypotheses, SampleFinished, Token } from "../protocol/generated";
import { bound, bytesOf } from "./lean";

export interface Several {
  given: readonly Token[]; // what every sample began with
  samples: readonly (readonly Token[])[];
  shown: number; // the sample that the panels show
  reasons: readonly (SampleFinished["reason"] | undefined)[]; // why each sample ended, of several
  search: readonly Beams[]; // by step
  hypotheses: Hypotheses["hypotheses"];
  drafted: number;
  accepted: number;
  attentionBytes: number; // that all samples hold
}

export const ONE: Several = {
  given: [],
  samples: [],
  shown: 0,
  reasons: [],
  search: [],
  hypotheses: [],
  drafted: 0,
  accepted: 0,
  attentionBytes: 0,
};

export function withToken(several: Several, token: Token): Several {
  const sample = token.sample ?? 0; // runs of earlier versions have one
  const samples = [...several.samples];
  for (let k = samples.length; k <= sample; k++) samples.push(several.given);
  const tokens = [...(samples[sample] ?? []), token];
  samples[sample] = tokens;
  return { ...several, samples, attentionBytes: bound(tokens, several.attentionBytes + bytesOf(token)) };
}

/** The tokens of the sample that is shown. */
export const shownOf = ({ given, samples, shown }: Several): readonly Token[] => samples[shown] ?? given;

/** A step that is said again (another worker took over) takes the place of what was said of it. */
export const withBeams = (several: Several, beams: Beams): Several => ({
  ...several,
  search: [...several.search.slice(0, beams.step), beams],
});

export function withEnd(several: Several, { sample, reason }: SampleFinished): Several {
  const reasons = [...several.reasons];
  reasons[sample] = reason;
  return { ...several, reasons };
}

export const withDrafts = (several: Several, { ids, accepted }: Drafts): Several => ({
  ...several,
  drafted: several.drafted + ids.length,
  accepted: several.accepted + accepted,
});
