/** Runs with more than one continuation: samples, beams, drafts. Pure; knows nothing of the page. */

import type { Beams, Drafts, Hypotheses, Token } from "../protocol/generated";
import { bound, bytesOf } from "./lean";

export interface Several {
  given: readonly Token[]; // what every sample began with
  samples: readonly (readonly Token[])[];
  shown: number; // the sample that the panels show
  beams: readonly (readonly Uint8Array[])[]; // the pieces of every running beam
  hypotheses: Hypotheses["hypotheses"];
  drafted: number;
  accepted: number;
  attentionBytes: number; // that all samples hold
}

export const ONE: Several = { given: [], samples: [], shown: 0, beams: [], hypotheses: [], drafted: 0, accepted: 0, attentionBytes: 0 };

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

/** Each beam goes on where its parent was. */
export function withBeams(several: Several, { step, candidates }: Beams): Several {
  const beams: Uint8Array[][] = [];
  for (const { beam, parent, piece } of candidates)
    if (beam >= 0) beams[beam] = [...(step === 0 ? [] : (several.beams[parent] ?? [])), piece];
  return { ...several, beams: beams.length > 0 ? beams : several.beams };
}

export const withDrafts = (several: Several, { ids, accepted }: Drafts): Several => ({
  ...several,
  drafted: several.drafted + ids.length,
  accepted: several.accepted + accepted,
});
