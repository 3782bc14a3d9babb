/** How the bytes of a token are shown: text, visible white space, and the bytes of split characters in hexadecimal. Pure. */

import { inQuotes } from "../i18n";

export interface Part {
  kind: "text" | "bytes";
  value: string; // text, or hexadecimal
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
const lengthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

/** The character that `bytes` hold, or null where they are no UTF-8. */
function character(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a character begins at `at` and the bytes end before it does. */
function endsWithin(bytes: Uint8Array, at: number): boolean {
  const rest = bytes.subarray(at);
  return rest.length < lengthOf(rest[0] ?? 0) && rest.subarray(1).every(isContinuation);
}

/**
 * Reads one token after another and remembers the bytes of a character that is still to be completed. Every byte is shown once:
 * in the text where it completes a character, otherwise in hexadecimal.
 */
export class PieceReader {
  private pending = new Uint8Array();

  read(piece: Uint8Array): Part[] {
    const begun = this.pending.length;
    const bytes = new Uint8Array(begun + piece.length);
    bytes.set(this.pending);
    bytes.set(piece, begun);
    this.pending = new Uint8Array();
    return joined(this.walk(bytes, begun));
  }

  private walk(bytes: Uint8Array, begun: number): Part[] {
    const parts: Part[] = [];
    const raw = (from: number, to: number) =>
      to > Math.max(from, begun) && parts.push({ kind: "bytes", value: hex(bytes.subarray(Math.max(from, begun), to)) });
    for (let at = 0; at < bytes.length;) {
      if (endsWithin(bytes, at)) {
        raw(at, bytes.length);
        this.pending = bytes.slice(at);
        return parts;
      }
      const length = lengthOf(bytes[at] ?? 0);
      const text = character(bytes.subarray(at, at + length));
      if (text === null || at < begun) raw(at, at + (text === null ? 1 : length));
      if (text !== null) parts.push({ kind: "text", value: text });
      at += text === null ? 1 : length;
    }
    return parts;
  }
}

/** Neighbours of one kind in one part. */
function joined(parts: Part[]): Part[] {
  const result: Part[] = [];
  for (const { kind, value } of parts) {
    const last = result.at(-1);
    if (last?.kind === kind) last.value += kind === "bytes" ? ` ${value}` : value;
    else result.push({ kind, value });
  }
  return result;
}

const VISIBLE: Record<string, string> = { " ": "·", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "⍽", "\u200b": "␣", "\u200d": "‿" };
export const visible = (text: string): string => Array.from(text, (each) => VISIBLE[each] ?? each).join("");

/** One token by itself, on one line: for tables and labels. */
export function label(piece: Uint8Array): string {
  const parts = new PieceReader().read(piece);
  return parts.map(({ kind, value }) => (kind === "text" ? visible(value) : `0x${value.replaceAll(" ", "")}`)).join(" ") || "∅";
}

export const quoted = (piece: Uint8Array): string => inQuotes(label(piece));

/** What pieces spell together; bytes that are no character become U+FFFD. */
export function textOf(pieces: readonly Uint8Array[]): string {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.length), 0);
  return new TextDecoder().decode(bytes);
}
