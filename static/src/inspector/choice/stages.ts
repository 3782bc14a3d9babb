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
    tfs_z: gettext("Tail-free"),
    typical_p: gettext("Typical-p"),
    min_p: "Min-p",
    top_a: "Top-a",
    epsilon_cutoff: gettext("Epsilon"),
    eta_cutoff: gettext("Eta"),
    top_n_sigma: "Top-n-sigma",
    xtc: "XTC",
  })[name] ?? name;
