/** What is said of a candidate of a beam search. Pure. */

import { fill, gettext } from "../../i18n";
import { number, score } from "../../numbers";
import type { BeamCandidate } from "../../protocol/generated";
import { textOf, visible } from "../../tokens/pieces";
import { candidateAt, lossOf, penaltyOf, type Search, type Spot } from "./beams";

/** The token, in at most so many characters. */
export function pieceText({ piece }: Pick<BeamCandidate, "piece">, most = Infinity): string {
  const all = Array.from(visible(textOf([piece])));
  return all.length > most ? `${all.slice(0, most - 1).join("")}…` : all.join("") || "∅";
}

/** What became of it, and by how much it lost. */
export function fateText(search: Search, spot: Spot): string {
  const candidate = candidateAt(search, spot);
  if (candidate?.fate === "kept") return fill(gettext("Kept as beam %(beam)s."), { beam: candidate.beam + 1 });
  if (candidate?.fate === "finished") return gettext("Finished: a hypothesis.");
  const loss = lossOf(search, spot);
  if (!loss) return gettext("Let go.");
  if (loss.by < 0) return gettext("Let go: it ended, but too far behind the best to count.");
  return fill(gettext("Let go: %(by)s nats below the last that was kept."), { by: score(loss.by) });
}

/** How the score comes about: the sum over the length to the power of the length penalty. */
export function numbersText(search: Search, spot: Spot): string {
  const candidate = candidateAt(search, spot);
  if (!candidate) return "";
  const penalty = penaltyOf(search);
  const values = {
    logprob: score(candidate.logprob),
    total: score(candidate.total),
    score: number(candidate.score),
    length: spot.step + 1,
    penalty: number(penalty ?? 1),
  };
  const said = fill(gettext("Log-probability %(logprob)s, sum %(total)s."), values);
  return `${said} ${fill(gettext("Score %(score)s = %(total)s ÷ %(length)s^%(penalty)s (length, length penalty)."), values)}`;
}
