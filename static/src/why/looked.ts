/** Where the model looked most when it chose a token, as far as the token's own event says. Pure. */

import { headsOf, MEAN, rowOf, strongest, weights } from "../store/attention";
import type { Token } from "../protocol/generated";

export interface Looked {
  position: number;
  weight: number;
  layer: number;
}

/** The strongest weight of the last layer: of the mean over its heads, or of those of its heads that were watched. */
export function lookedAt(token: Token): Looked | null {
  if (!token.attention) return null;
  const heads = headsOf(token.attention);
  const layer = Math.max(...heads.map((head) => head.layer));
  const own = heads.filter((head) => head.layer === layer);
  const mean = own.filter(({ head }) => head === MEAN);
  const rows = (mean.length ? mean : own).flatMap((head) => rowOf(token, head) ?? []).map((row) => weights(row, false));
  const [first] = rows;
  if (!first) return null;
  const average = first.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length);
  const [position] = strongest(average, 1);
  return position === undefined ? null : { position, weight: average[position] ?? 0, layer };
}
