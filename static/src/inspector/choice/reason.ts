/** Why a stage removed a token, as the comparison that failed, in numbers. Pure. */

import { fill, gettext } from "../../i18n";
import { bits, count, number, probability, score } from "../../numbers";
import type { StageTrace } from "../../protocol/generated";

export function reason({ name, numbers }: StageTrace, value: number): string {
  const of = (key: string): number => numbers[key] ?? NaN;
  switch (name) {
    case "top_k":
      return fill(gettext("rank %(rank)s > %(k)s"), { rank: count(value), k: count(of("top_k")) });
    case "top_p":
      return fill(gettext("%(mass)s before it ≥ %(p)s"), { mass: probability(value), p: number(of("top_p")) });
    case "min_p":
      return `${probability(value)} < ${number(of("min_p"))} × ${number(of("max_p"))}`;
    case "top_a":
      return `${probability(value)} < ${number(of("top_a"))} × ${number(of("max_p"))}²`;
    case "epsilon_cutoff":
      return `${probability(value)} < ${number(of("epsilon_cutoff"))}`;
    case "eta_cutoff":
      return `${probability(value)} < ${probability(of("threshold"))}`;
    case "top_n_sigma":
      return `${score(value)} < ${score(of("max"))} − ${number(of("top_n_sigma"))} × ${score(of("sigma"))}`;
    case "tfs_z":
      return fill(gettext("rank %(rank)s, in the tail after %(kept)s"), { rank: count(value), kept: count(of("kept")) });
    case "typical_p":
      return fill(gettext("%(distance)s bits from typical, %(most)s at most"), {
        distance: bits(value),
        most: bits(of("threshold")),
      });
    case "xtc":
      return fill(gettext("%(p)s ≥ %(threshold)s, as is a less likely one"), {
        p: probability(value),
        threshold: number(of("xtc_threshold")),
      });
    case "mirostat":
      return fill(gettext("%(surprise)s bits > %(mu)s"), { surprise: value.toFixed(2), mu: score(of("mu")) });
    case "allowed_token_ids":
      return gettext("not an allowed token");
    case "bad_words":
      return gettext("would complete a banned word");
    case "no_repeat_ngram":
      return fill(gettext("would repeat %(n)s tokens"), { n: of("no_repeat_ngram_size") });
    case "constraint":
      return notAllowed(numbers);
    case "min_tokens":
      return gettext("too early to end");
    case "logit_bias":
      return gettext("banned");
    default:
      return Number.isNaN(value) ? gettext("removed") : number(value);
  }
}

/** The numbers of a constraint are named after its kind. */
function notAllowed(numbers: Record<string, number>): string {
  if ("choice" in numbers) return gettext("not one of the choices");
  if ("regex" in numbers) return gettext("not allowed by the regex here");
  if ("json_schema" in numbers) return gettext("not allowed by the schema here");
  return gettext("not allowed by the grammar here");
}
