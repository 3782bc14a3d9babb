/** What the attention panel draws from: the maps, brought up to date once per update for all canvases. */

import { computed } from "@preact/signals";
import { headsOf, MEAN, type Head } from "../../store/attention";
import { head, hideFirst, promptLength, run, shownTokens, token } from "../../store/view";
import { isDark } from "../../theming";
import { Maps } from "./maps";
import { OneHead } from "./one";

const all = new Maps();
const one = new OneHead();
const runId = computed(() => run.value.id ?? "");

/** Recomputed when tokens, colours or the masking change; read it before drawing. */
export const maps = computed(() => {
  all.update(runId.value, shownTokens.value, hideFirst.value, isDark.value);
  return { of: (wanted: Head) => all.map(wanted) };
});

export const large = computed(() => ({ map: one.update(runId.value, shownTokens.value, shownHead.value, hideFirst.value, isDark.value) }));

/** Heads that were watched at the selected step, or at the newest with any. The same object as long as they are the same heads. */
const named = computed(() => {
  const attention = token.value?.attention ?? shownTokens.value.findLast((other) => other.attention)?.attention;
  return JSON.stringify(attention ? headsOf(attention) : []);
});
export const watched = computed(() => JSON.parse(named.value) as Head[]);

export const onlyMean = computed(() => watched.value.every(({ head }) => head === MEAN));
export const layers = computed(() => [...new Set(watched.value.map(({ layer }) => layer))].sort((a, b) => a - b));
export const columns = computed(() => [...new Set(watched.value.map(({ head }) => head))].sort((a, b) => a - b));

/** The chosen head, or the nearest that is watched. */
export const shownHead = computed<Head>(() => {
  const { layer, head: wanted } = head.value;
  const found = watched.value.find((other) => other.layer === layer && other.head === wanted);
  return found ?? watched.value.find((other) => other.layer === layer) ?? watched.value[0] ?? head.value;
});

/** The bytes at a position of prompt and output. */
export const pieceAt = (position: number): Uint8Array =>
  run.value.started?.prompt_pieces[position] ?? run.value.tokens[position - promptLength.value]?.piece ?? new Uint8Array();
