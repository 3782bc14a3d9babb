/** Tokens gathered to words: by white space, and by character where a script has none between words. Pure. */

export interface Word {
  from: number; // position of its first token
  to: number; // one behind its last
}

const LOOSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff65]/u; // each character by itself
const WHITE = /^\s$/u;
const SPECIAL = /^<(\|[^|]+\||\/?s|pad|unk|bos|eos)>$/; // how tokenizers write tokens that are no text

type Kind = "white" | "loose" | "letter" | "inside"; // of a byte: what begins there, or within a character

/**
 * Words of the tokens `pieces`. A token is never divided: one that holds more than a word lends them its place. White space belongs to
 * the word after it, a character that several tokens share makes them one, and a special token stands alone.
 */
export function words(pieces: readonly Uint8Array[]): Word[] {
  const kinds = kindsOf(pieces);
  const special = pieces.map((piece) => SPECIAL.test(new TextDecoder().decode(piece)));
  const found: Word[] = [];
  let written = false; // whether the word so far holds more than white space
  let at = 0;
  pieces.forEach((piece, k) => {
    const apart = special[k] || special[k - 1];
    if (k === 0 || apart || (piece.length > 0 && parted(kinds, at, written))) {
      found.push({ from: k, to: k });
      written = false;
    }
    (found.at(-1) as Word).to = k + 1;
    at += piece.length;
    written ||= kinds.slice(at - piece.length, at).some((kind) => kind !== "white" && kind !== "inside");
  });
  return found;
}

/** Whether a word ends before byte `at`. */
function parted(kinds: readonly Kind[], at: number, written: boolean): boolean {
  const next = kinds[at];
  if (!written || next === undefined || next === "inside") return false;
  let last = at - 1;
  while (kinds[last] === "inside") last -= 1;
  const before = kinds[last];
  return next === "white" || next === "loose" || before === "white" || before === "loose";
}

/** What begins at each byte of the text; bytes that are no UTF-8 are letters. */
function kindsOf(pieces: readonly Uint8Array[]): Kind[] {
  return [...text(pieces)].flatMap((character) => {
    const kind: Kind = WHITE.test(character) ? "white" : LOOSE.test(character) ? "loose" : "letter";
    return [kind, ...Array<Kind>(lengthOf(character) - 1).fill("inside")];
  });
}

/** The text with each byte that is no UTF-8 as one character of a private area, so that lengths in bytes can be told. */
function text(pieces: readonly Uint8Array[]): string {
  const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  let said = "";
  for (let at = 0; at < bytes.length;) {
    const length = characterAt(bytes, at);
    said += length ? strict.decode(bytes.subarray(at, at + length)) : UNREADABLE;
    at += length || 1;
  }
  return said;
}

const UNREADABLE = "\u0001"; // one byte long, neither white nor loose
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const leadLength = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

/** How many bytes the character at `at` takes; 0 where there is none. */
function characterAt(bytes: Uint8Array, at: number): number {
  const length = leadLength(bytes[at] ?? 0);
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

const lengthOf = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
};
