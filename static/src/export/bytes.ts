/** Bytes as text. Pure. */

const CHUNK = 0x8000; // arguments that a call can take

export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

export const hexadecimal = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** A part of a character becomes U+FFFD: whoever needs the bytes has them beside it. */
export const asText = (bytes: Uint8Array): string => decoder.decode(bytes);

/** JSON knows neither infinities nor NaN. */
export const finite = (value: number | null | undefined): number | null => (value != null && Number.isFinite(value) ? value : null);
