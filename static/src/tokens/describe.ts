/** One token in a line of words, for its title. */

import { fill, gettext } from "../i18n";
import { percent } from "../numbers";
import type { Token } from "../protocol/generated";
import { label } from "./pieces";

export function describe(token: Token): string {
  const { step, id, piece, raw_logprob: p, raw_rank: rank } = token;
  const words = { text: label(piece), step, id };
  return p === null || rank === null
    ? fill(gettext("“%(text)s”, step %(step)s, id %(id)s"), words)
    : fill(gettext("“%(text)s”, step %(step)s, id %(id)s, p %(p)s, rank %(rank)s"), { ...words, p: percent(Math.exp(p)), rank });
}
