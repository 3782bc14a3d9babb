/** Why a stage removed a token, as the comparison that failed, in numbers. Pure. */

import { fill, gettext } from "../../i18n";
import { count, number, probability } from "../../numbers";
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
