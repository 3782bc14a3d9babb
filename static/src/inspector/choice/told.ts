/** What a stage was told, and what it found out and compared with, in words. Pure. */

import { fill, gettext } from "../../i18n";
import { bits, count, number, probability, score } from "../../numbers";
import type { StageInfo, StageTrace } from "../../protocol/generated";
import type { Test } from "./geometry";

/** The parameters of a stage, in one line. */
export function paramsOf(stages: readonly StageInfo[], stage: string): string {
  const params = stages.find(({ name }) => name === stage)?.params ?? {};
  return Object.values(params).map(number).join(" ") || "–";
}

/** The numbers of this very step, beyond the parameters. */
export function found({ name, numbers }: StageTrace): [label: string, value: string][] {
  const of = (key: string): number => numbers[key] ?? NaN;
  switch (name) {
    case "top_k":
      return [[gettext("bound"), score(of("threshold"))]];
    case "min_p":
    case "top_a":
      return [
        [gettext("max p"), probability(of("max_p"))],
        [gettext("bound"), probability(of("threshold"))],
      ];
    case "eta_cutoff":
      return [[gettext("bound"), probability(of("threshold"))]];
    case "top_n_sigma":
      return [
        ["σ", score(of("sigma"))],
        [gettext("bound"), score(of("threshold"))],
      ];
    case "typical_p":
      return [[gettext("bound"), `${bits(of("threshold"))} ${gettext("bit")}`]];
    case "mirostat":
      return [["μ", `${score(of("mu"))} ${gettext("bit")}`]];
    case "xtc":
      return [
        ["u", `${number(of("u"))} ${of("acts") ? "≤" : ">"} ${number(of("xtc_probability"))}`],
        ["", of("acts") ? gettext("acts") : gettext("does not act")],
      ];
    case "dynatemp":
      return [["T′", number(of("temperature"))]];
    case "dry":
      return [
        [gettext("tokens"), count(of("tokens"))],
        [gettext("most"), `−${number(of("largest"))}`],
      ];
    case "repetition_penalty":
    case "presence_penalty":
    case "frequency_penalty":
    case "logit_bias":
      return [[gettext("tokens"), count(of("tokens"))]];
    case "constraint":
      return "allowed" in numbers ? [[gettext("allowed"), count(of("allowed"))]] : [];
    default:
      return [];
  }
}

/** How to read the column. */
export function reading(stage: string, test: Test): string {
  if (stage === "xtc")
    return gettext(
      "Bars: the probability before this stage. Of those that reach the line only the least likely stays, when the draw says so.",
    );
  switch (test) {
    case "none":
      return stage === "logits"
        ? gettext("Bars: the probability of each token before anything is done to it.")
        : gettext("A cross marks what this stage does not allow.");
    case "rank":
      return gettext("The horizontal line is the cut: what ranks below it is removed.");
    case "mass":
      return gettext("A staircase: each bar begins at the mass of all tokens ahead of it. What begins at the line or beyond is removed.");
    case "probability":
      return gettext("Bars: the probability before this stage. What does not reach the line is removed.");
    case "logit":
      return gettext("Bars: the logit, from the lowest shown to the highest. What does not reach the line is removed.");
    case "surprise":
      return gettext("Bars: the surprise in bits. What reaches beyond the line is removed.");
    case "distance":
      return gettext("Bars: how far the surprise of the token is from the entropy. What reaches beyond the line is removed.");
    case "shift":
      return gettext("Arrows: from the logit before this stage to the logit after it. A dot is a token that was left alone.");
    case "slope":
      return gettext(
        "Two lines through the rows, both from the largest logit: grey before, blue after. The steeper line is the sharper distribution.",
      );
  }
}

/** For stages that no setting explains by itself. */
export const ownHelp = (stage: string): string =>
  stage === "logits"
    ? gettext("What the model says, before any stage: one number for every token of the vocabulary. Softmax turns them into probabilities.")
    : stage === "constraint"
      ? gettext(
          "Removes every token after which the text could no longer become what the choices, the regex, the schema or the grammar allow.",
        )
      : "";

export const massTitle = (p: number): string => fill(gettext("%(p)s of the probability was removed by this stage"), { p: probability(p) });
