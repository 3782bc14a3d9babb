/** Cuts a text at the borders of its tokens. Pure. */

export interface Encoded {
  text: string;
  ids: number[];
  spans: [number, number][]; // in characters (code points) of the text; empty: the tokenizer added the token
  special: Record<string, string>; // id -> how it is written
}

/** A stretch of text and its tokens: one, none (what the tokenizer passes over), or several that share a character. */
export interface Segment {
  text: string;
  ids: number[];
  kind: "text" | "special" | "added"; // an added token does not stand in the text
}

export function segments({ text, ids, spans, special }: Encoded): Segment[] {
  const characters = Array.from(text);
  const found: Segment[] = [];
  const cut = (from: number, to: number) => characters.slice(from, to).join("");
  let [from, at] = [-1, 0]; // of the last token that stands in the text
  ids.forEach((id, k) => {
    const [start, end] = spans[k] ?? [0, 0];
    if (start === end) found.push({ text: special[id] ?? "", ids: [id], kind: "added" });
    else if (start === from && end === at) found.at(-1)?.ids.push(id);
    else {
      if (start > at) found.push({ text: cut(at, start), ids: [], kind: "text" });
      found.push({ text: cut(Math.max(at, start), end), ids: [id], kind: id in special ? "special" : "text" });
      [from, at] = [start, Math.max(at, end)];
    }
  });
  if (at < characters.length) found.push({ text: cut(at, characters.length), ids: [], kind: "text" });
  return found;
}

/** Segments of what stands in the text. */
export const standing = (known: Segment[]): Segment[] => known.filter(({ kind }) => kind !== "added");

/** What `known` of the text `was` says of the text `now`: the same as far as both agree, and no borders in the rest. */
export function edited(known: Segment[], was: string, now: string): Segment[] {
  if (was === now) return known;
  const same = commonStart(was, now);
  let at = 0;
  const kept = known.filter(({ kind, text }) => kind === "added" || (at += text.length) <= same);
  const end = kept.reduce((total, { kind, text }) => total + (kind === "added" ? 0 : text.length), 0);
  return end < now.length ? [...kept, { text: now.slice(end), ids: [], kind: "text" }] : kept;
}

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
