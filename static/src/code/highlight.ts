/** The few colours that make a snippet readable: comments and strings. Pure. */

export interface Span {
  kind: "comment" | "string" | "plain";
  text: string;
}

const STRINGS = { python: `"(?:[^"\\\\]|\\\\.)*"`, shell: `'[^']*'` };

export function spans(code: string, language: keyof typeof STRINGS): Span[] {
  const pattern = new RegExp(`(^#.*$)|(${STRINGS[language]})`, "gm");
  const found: Span[] = [];
  let at = 0;
  for (const match of code.matchAll(pattern)) {
    if (match.index > at) found.push({ kind: "plain", text: code.slice(at, match.index) });
    found.push({ kind: match[1] === undefined ? "string" : "comment", text: match[0] });
    at = match.index + match[0].length;
  }
  return at < code.length ? [...found, { kind: "plain", text: code.slice(at) }] : found;
}
