/** One token in a line of words, for its title. */

import { fill, gettext } from "../i18n";
import { percent } from "../numbers";
import type { Token } from "../protocol/generated";
import { label } from "./pieces";

export function describe(token: Token): string {
  const { step, id, piece, raw_logprob: p, raw_rank: rank } = token;
  const name = fill(gettext("“%(text)s”, step %(step)s, id %(id)s"), { text: label(piece), step, id });
  return p === null || rank === null ? name : `${name}, p ${percent(Math.exp(p))}, ${fill(gettext("rank %(rank)s"), { rank })}`;
}
