/** What is asked about the selected token: the method, against whom, from where. */

import { computed, signal } from "@preact/signals";
import type { AskAttribution } from "../../protocol/generated";
import { kept } from "../../store/kept";
import { run, token } from "../../store/view";
import { about, position } from "./state";

export type Method = NonNullable<AskAttribution["method"]>;
export type Of = NonNullable<AskAttribution["of"]>;

export const MAX_STEPS = 256;
export const method = kept<Method>("attributionMethod", "gradient_x_input");
export const of = kept<Of>("attributionOf", "logit");
/** Where the path is long, as to a model that is sure, sixteen are far too few. */
export const steps = kept("attributionSteps", 64);

/** The candidate that the token is set against; forgotten when another token is selected. */
const chosenRival = signal<{ about: string; position: number; id: number } | null>(null);
export const rival = computed(() => {
  const chosen = chosenRival.value;
  return chosen?.about === about.value && chosen.position === position.value ? chosen.id : null;
});
export const setAgainst = (id: number | null): void => {
  chosenRival.value = id === null ? null : { about: about.value, position: position.value, id };
};

/** Where the path of integrated gradients begins: every token the same one, or zeros. */
export type Baseline = { kind: "end" } | { kind: "zeros" } | { kind: "token"; id: number };
export const baseline = signal<Baseline>({ kind: "end" });

/** A text of end-of-text tokens is one that the model knows; zeros are none, and its norms make the way from there steep. */
export const endOfText = computed(() => run.value.model?.eos_token_ids[0] ?? null);
const baselineId = computed(() =>
  baseline.value.kind === "token" ? baseline.value.id : baseline.value.kind === "end" ? endOfText.value : null,
);

export const question = computed<AskAttribution | null>(() => {
  if (!token.value || position.value < 1) return null;
  const asked: AskAttribution = { type: "attribution", position: position.value, versus: rival.value, of: of.value, method: method.value };
  return method.value === "gradient_x_input" ? asked : { ...asked, steps: steps.value, baseline: baselineId.value };
});
