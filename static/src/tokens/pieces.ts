/** How the bytes of a token are shown: text, visible white space, and the bytes of split characters in hexadecimal. Pure. */

export interface Shown {
  before: string; // hexadecimal of bytes that complete a character begun by an earlier token
  text: string; // what became readable with this token
  after: string; // hexadecimal of bytes that begin a character which this token leaves unfinished
}

const CONTINUATION = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** How many bytes at the end of `bytes` begin a UTF-8 character without completing it. */
export function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (!CONTINUATION(byte)) return back < lengthOf(byte) ? back : 0;
  }
  return 0;
}

const lengthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

/** Decodes a sequence of tokens, remembering the bytes of a character that is still to be completed. */
export class PieceReader {
  private pending = new Uint8Array();

  read(piece: Uint8Array): Shown {
    const joined = new Uint8Array(this.pending.length + piece.length);
    joined.set(this.pending);
    joined.set(piece, this.pending.length);
    const open = unfinished(joined);
    const shown = this.describe(piece, joined, open);
    this.pending = joined.slice(joined.length - open);
    return shown;
  }

  private describe(piece: Uint8Array, joined: Uint8Array, open: number): Shown {
    const begun = this.pending.length;
    const completing = begun && open < joined.length ? Math.min(piece.length, Math.max(0, lengthOf(joined[0] ?? 0) - begun)) : 0;
    return {
      before: hex(piece.subarray(0, completing)),
      text: new TextDecoder().decode(joined.subarray(0, joined.length - open)),
      after: hex(piece.subarray(Math.max(completing, piece.length - open))),
    };
  }
}

const VISIBLE: Record<string, string> = { " ": "·", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "⍽", "\u200b": "␣", "\u200d": "‿" };

/** One token by itself, on one line: for tables and labels. */
export function label(piece: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(piece);
    return text === "" ? "∅" : Array.from(text, (character) => VISIBLE[character] ?? character).join("");
  } catch {
    return hex(piece);
  }
}

/** The text of whole tokens in a row. */
export const textOf = (pieces: readonly Uint8Array[]): string => {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
};
