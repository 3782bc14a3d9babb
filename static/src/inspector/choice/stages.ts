/** The names of the stages as people say them. */

import { gettext } from "../../i18n";

export const stageTitle = (name: string): string =>
  ({
    logits: gettext("Logits"),
    guidance: gettext("Guidance"),
    constraint: gettext("Constraint"),
    allowed_token_ids: gettext("Allowed tokens"),
    bad_words: gettext("Banned words"),
    no_repeat_ngram: gettext("No repeats"),
    logit_bias: gettext("Logit bias"),
    min_tokens: gettext("Min tokens"),
    repetition_penalty: gettext("Repetition"),
    presence_penalty: gettext("Presence"),
    frequency_penalty: gettext("Frequency"),
    dry: "DRY",
    dynatemp: gettext("Dynamic temperature"),
    temperature: gettext("Temperature"),
    smoothing: gettext("Smoothing"),
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
    mirostat: "Mirostat",
  })[name] ?? name;
