/** MessagePack both ways, and the dense arrays inside. Knows no message by name. */

import { decode, encode } from "@msgpack/msgpack";
import type { Block, ClientMessage, RoomClientMessage, RunEvent, ServerMessage } from "./generated";

export type Incoming = RunEvent | ServerMessage;
type Numbers = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array;

export const pack = (message: ClientMessage | RoomClientMessage): Uint8Array<ArrayBuffer> => encode(message) as Uint8Array<ArrayBuffer>;
export const unpack = (frame: ArrayBuffer | Uint8Array): Incoming => decode(frame) as Incoming;

const decoded = new WeakMap<Block, Numbers>();

/** The values of `block`, in C order. Decoded once; a frame's bytes are not aligned, so wider types are copied. */
export function values(block: Block): Numbers {
  const known = decoded.get(block);
  if (known) return known;
  const array = read(block);
  decoded.set(block, array);
  return array;
}

function read({ dtype, data }: Block): Numbers {
  if (dtype === "u1") return data;
  const { buffer } = data.slice();
  switch (dtype) {
    case "i1":
      return new Int8Array(buffer);
    case "i2":
      return new Int16Array(buffer);
    case "i4":
      return new Int32Array(buffer);
    case "f4":
      return new Float32Array(buffer);
    case "f2":
      return Float32Array.from(new Uint16Array(buffer), half);
  }
}

/** IEEE 754 binary16 to a number. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
