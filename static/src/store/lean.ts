/**
 * Keeps what a run holds of attention within bounds: rows of single heads are let go, oldest first; the means of the layers stay, and the
 * server is asked again for what is looked at. Pure.
 */

import type { Attention, Block, Token } from "../protocol/generated";
import { headsOf, MEAN } from "./attention";

/** Bytes of attention that a run may hold: 2,048 tokens of 24 layers by 16 heads would be 850 MB. */
export const MOST_BYTES = 256 * 1024 * 1024;

const lean = new WeakSet<Attention>(); // that hold no single head any longer

export const bytesOf = ({ attention }: Token): number => attention?.values.data.length ?? 0;

/** `tokens`, which hold `held` bytes, within `most`; those let go are replaced in place. Returns what they hold then. */
export function bound(tokens: Token[], held: number, most = MOST_BYTES): number {
  for (let k = 0; held > most && k < tokens.length - 1; k++) {
    const token = tokens[k] as Token;
    if (!token.attention || lean.has(token.attention)) continue;
    tokens[k] = leaned(token, token.attention);
    held -= bytesOf(token) - bytesOf(tokens[k] as Token);
  }
  return held;
}

/** The token with the means alone, and nothing that would keep the frame alive in which it came. */
function leaned(token: Token, attention: Attention): Token {
  const means = headsOf(attention).flatMap(({ head }, n) => (head === MEAN ? [n] : []));
  const kept = { index: picked(attention.index, means), values: picked(attention.values, means), scale: picked(attention.scale, means) };
  lean.add(kept);
  return { ...(detached({ ...token, attention: null }) as Token), attention: kept };
}

/** The rows `wanted` of a block. */
function picked({ dtype, shape, data }: Block, wanted: readonly number[]): Block {
  const size = data.length / Math.max(1, shape[0] ?? 0);
  const rows = new Uint8Array(size * wanted.length);
  wanted.forEach((n, k) => rows.set(data.subarray(n * size, (n + 1) * size), k * size));
  return { dtype, shape: [wanted.length, ...shape.slice(1)], data: rows };
}

/** A copy whose bytes are its own: those of a message are views of the whole frame. */
function detached(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(detached);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, detached(each)]));
}
