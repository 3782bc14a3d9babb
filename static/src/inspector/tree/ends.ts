/** What is said of the end of a text, in lines that fit their box. Pure. */

import { fill, gettext, ngettext } from "../../i18n";
import { score } from "../../numbers";
import { flat, type End, type Fork } from "./forest";
import { columnsOf, kindTitle, reasonTitle } from "./words";

const LETTER = 5.8; // CSS pixels to a column of the small text, with some to spare
const BETWEEN = " · ";

export interface Line {
  end: End;
  name: string; // what the first line begins with, set apart; "" on others
  text: string;
}

/** Whether a node has more ends than one, which are then numbered. */
export function severalIn(forks: readonly Fork[]): (end: End) => boolean {
  const count = new Map<number, number>();
  for (const { ends } of flat(forks)) for (const { node } of ends) count.set(node, (count.get(node) ?? 0) + 1);
  return ({ node }) => (count.get(node) ?? 0) > 1;
}

/** What made an end, and which of several it is. */
export function nameOf({ kind, name }: End, several: boolean): string {
  return several ? `${kindTitle(kind)} ${Number(name) + 1}` : kindTitle(kind);
}

export function scoresOf({ tokens, total, mean, unscored, reason, kind }: End): string[] {
  const parts = [
    mean === null ? "" : `Σ ${score(total)}`,
    mean === null ? "" : `⌀ ${score(mean)}`,
    fill(ngettext("%(count)s token", "%(count)s tokens", tokens), { count: tokens }),
    unscored > 0 && mean !== null ? fill(gettext("%(count)s unscored"), { count: unscored }) : "",
    reason === null ? "…" : kind === "delete" || kind === "step" ? "" : reasonTitle(reason),
  ];
  return parts.filter(Boolean);
}

/** All of it in lines of at most `width` CSS pixels; a part that is longer alone stands alone. */
export function linesOf(end: End, several: boolean, width: number): Line[] {
  const name = nameOf(end, several);
  const room = Math.floor(width / LETTER);
  const [first, ...others] = wrapped([name, ...scoresOf(end)], room);
  return [{ end, name, text: first?.slice(name.length) ?? "" }, ...others.map((text) => ({ end, name: "", text }))];
}

function wrapped(parts: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)}${BETWEEN}${part}`;
    if (lines.length > 0 && columns(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

const columns = (text: string): number => Array.from(text).reduce((sum, each) => sum + columnsOf(each), 0);
