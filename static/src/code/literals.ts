/** Values as other languages write them. Pure. */

export type Language = "python" | "shell";

/** A Python literal: strings on one line, whatever they hold. */
export function python(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return pythonString(value);
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${entries(value).join(", ")}}`;
  return String(value);
}

const entries = (value: object): string[] => Object.entries(value).map(([key, each]) => `${pythonString(key)}: ${python(each)}`);

const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };
// Controls, separators that editors take for line ends, marks that turn the text around, and halves of characters.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/gu;
const HIDDEN = new RegExp(`["\\\\]|${UNSEEN.source}`, "gu");

const pythonString = (text: string): string => `"${text.replace(HIDDEN, (each) => NAMED[each] ?? escaped(each))}"`;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** JSON over several lines, a member a line, with nothing in it that is not seen. */
export const json = (value: object): string =>
  `{\n${Object.entries(value)
    .map(([key, each]) => `  ${hiddenless(key)}: ${hiddenless(each)}`)
    .join(",\n")}\n}`;

const hiddenless = (value: unknown): string =>
  JSON.stringify(value).replace(UNSEEN, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** One argument of a POSIX shell. NUL is no character there and is left out. */
export const shell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("\u0000", "").replaceAll("'", `'\\''`)}'`;
