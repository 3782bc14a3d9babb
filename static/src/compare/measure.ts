/** In which measure the distance of two distributions is shown. */

import { signal } from "@preact/signals";
import { gettext } from "../i18n";

export type Measure = "kl" | "reverse_kl" | "js";
export const measure = signal<Measure>("kl");

/** What each is called, and what it means; `one` is the letter of the lane that the others are compared with. */
export function measures(one: string): Record<Measure, [title: string, help: string]> {
  const other = gettext("other");
  return {
    kl: [
      `KL(${one}‖${other})`,
      gettext("Kullback-Leibler divergence in nats: infinite where the other lane has removed a token that is possible here."),
    ],
    reverse_kl: [`KL(${other}‖${one})`, gettext("Kullback-Leibler divergence in nats, the other way round.")],
    js: ["JS", gettext("Jensen-Shannon divergence in nats: symmetric, at most ln 2 = 0.693.")],
  };
}
