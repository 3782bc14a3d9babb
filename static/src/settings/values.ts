/** Values of settings as they are typed, moved and said. Pure. */

import { gettext } from "../i18n";

const MOST_CHARACTERS = 20;

/** What was typed: a number, nothing (for a setting that may be empty), or the text itself. */
export function parse(text: string, nullable: boolean): number | string | null {
  const trimmed = text.trim().replace("−", "-");
  if (trimmed === "") return nullable ? null : "";
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : text;
}

/** `list` with `item` moved to where `target` is. */
export function moved(list: readonly string[], item: string, target: number): string[] {
  const rest = list.filter((other) => other !== item);
  return [...rest.slice(0, target), item, ...rest.slice(target)];
}

/** `\n` and `\t` as typed on a keyboard. */
export const unescape = (text: string): string => text.replace(/\\n/g, "\n").replace(/\\t/g, "\t");

/** A value in a word; nothing where it is a list, a long text or no value. */
export function shortly(value: unknown): string {
  if (typeof value === "number") return String(value).replace("-", "−");
  if (typeof value === "boolean") return value ? gettext("on") : gettext("off");
  return typeof value === "string" && value.length <= MOST_CHARACTERS ? value : "";
}
