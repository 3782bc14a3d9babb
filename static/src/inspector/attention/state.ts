/** What the attention panel draws from: the maps, brought up to date once per update for all canvases. */

import { computed } from "@preact/signals";
import { headsOf, MEAN, type Head } from "../../store/attention";
import { head, hideFirst, run, token } from "../../store/view";
import { isDark } from "../../theming";
import { Maps } from "./maps";

const all = new Maps();

/** Recomputed when tokens, colours or the masking change; read it before drawing. */
export const maps = computed(() => {
  all.update(run.value.id ?? "", run.value.tokens, hideFirst.value, isDark.value);
  return { of: (wanted: Head) => all.map(wanted) };
});

/** Heads that have been watched at the selected step, or at the newest with any. */
export const watched = computed<Head[]>(() => {
  const attention = token.value?.attention ?? run.value.tokens.findLast((other) => other.attention)?.attention;
  return attention ? headsOf(attention) : [];
});

export const onlyMean = computed(() => watched.value.every(({ head }) => head === MEAN));
export const layers = computed(() => [...new Set(watched.value.map(({ layer }) => layer))].sort((a, b) => a - b));
export const columns = computed(() => [...new Set(watched.value.map(({ head }) => head))].sort((a, b) => a - b));

/** The chosen head, or the nearest that is watched. */
export const shownHead = computed<Head>(() => {
  const { layer, head: wanted } = head.value;
  const found = watched.value.find((other) => other.layer === layer && other.head === wanted);
  return found ?? watched.value.find((other) => other.layer === layer) ?? watched.value[0] ?? head.value;
});
