/** Values of a JSON that anybody may have written, as what they are meant to be. Pure. */

export type Fields = Record<string, unknown>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
export const rowsOf = (value: unknown): unknown[][] => (Array.isArray(value) ? value.filter(Array.isArray) : []);
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
export const isTime = (value: unknown): value is number => isNumber(value) && value >= 0;
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
export const numberOf = (value: unknown): number => (isNumber(value) ? value : 0);

/** Bytes written in hex. */
export const bytesOf = (value: unknown): Uint8Array =>
  Uint8Array.from(textOf(value).match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
