/** The names of the stages as people say them. */

import { gettext } from "../../i18n";

export const stageTitle = (name: string): string =>
  ({
    logits: gettext("Logits"),
    constraint: gettext("Constraint"),
    logit_bias: gettext("Logit bias"),
    min_tokens: gettext("Min tokens"),
    repetition_penalty: gettext("Repetition"),
    presence_penalty: gettext("Presence"),
    frequency_penalty: gettext("Frequency"),
    temperature: gettext("Temperature"),
    top_k: "Top-k",
    top_p: "Top-p",
    min_p: "Min-p",
  })[name] ?? name;
