/** What is written at a fork. Pure. */

import { gettext } from "../../i18n";
import type { Kind } from "../../store/branches";
import { textOf, visible } from "../../tokens/pieces";
import type { Fork } from "./forest";

/** All text of a stretch; of a prompt, as it stands before the output, the line it is on. */
export const spelled = ({ pieces }: Fork): string => visible(textOf(pieces));

/** The last columns of a prompt, the first of anything else: there it parts from the others. */
export function shortened(fork: Fork, columns: number): string {
  const all = Array.from(spelled(fork));
  const fromEnd = fork.from < 0;
  if (all.reduce((sum, each) => sum + columnsOf(each), 0) <= columns) return all.join("") || "∅";
  let room = columns - 1;
  const order = fromEnd ? all.toReversed() : all;
  const kept = order.findIndex((each) => (room -= columnsOf(each)) < 0);
  return fromEnd ? `…${all.slice(all.length - kept).join("")}` : `${all.slice(0, kept).join("")}…`;
}

/** A Chinese character takes two columns, and so does a sign that stands for a blank: it is of another font. */
export const columnsOf = (character: string): number => (/[\u2300-\u243f\u2e80-\u{10ffff}]/u.test(character) ? 2 : 1);

export const kindTitle = (kind: Kind): string =>
  ({
    run: gettext("Run"),
    branch: gettext("Other token"),
    edit: gettext("Edited"),
    reroll: gettext("Re-rolled"),
    delete: gettext("Cut"),
    step: gettext("Step"),
    continue: gettext("Continued"),
  })[kind];

export const reasonTitle = (reason: string): string =>
  ({
    eos: gettext("text ended"),
    stop: gettext("stop string"),
    length: gettext("token limit"),
    context: gettext("context full"),
    time: gettext("time limit"),
    cancelled: gettext("stopped"),
    content_filter: gettext("filtered"),
    constraint_done: gettext("constraint fulfilled"),
    error: gettext("error"),
  })[reason] ?? reason;
