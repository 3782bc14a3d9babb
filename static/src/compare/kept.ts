/** A comparison as a session keeps it (`Saved.comparison`), and what of such a record can be trusted: anybody may have written it. Pure. */

import type { Values } from "../settings/schema";
import { joined, NOTHING, stepsOf, type Distances } from "./distances";

export const FEWEST = 2;
export const MOST = 4;
const MOST_CHARACTERS = 150_000; // of all distances: a session's whole state may take 256 KiB

export interface Side {
  key: number;
  model: string | null; // null: that of the draft
  changes: Values; // settings that differ from the draft's
}

export interface Comparison {
  sides: readonly Side[];
  runs: readonly (readonly [key: number, run: string])[];
  distances: Readonly<Record<number, Packed>>; // of the other lanes from the first, by their keys
}

/** Base64 over little-endian f4. */
type Packed = Record<keyof Distances, string>;

const NAMES = Object.keys(NOTHING) as (keyof Distances)[];

/** What is kept of `distances` by lane: nothing where it would be too much, for it can be worked out again. */
export function packed(distances: ReadonlyMap<number, Distances>): Comparison["distances"] {
  const all = Object.fromEntries([...distances].map(([key, one]) => [key, mapped((name) => base64(one[name]))]));
  return JSON.stringify(all).length > MOST_CHARACTERS ? {} : all;
}

const mapped = <T>(of: (name: keyof Distances) => T): Record<keyof Distances, T> =>
  Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Record<keyof Distances, T>;

const base64 = (values: Float32Array): string =>
  btoa(Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), (byte) => String.fromCharCode(byte)).join(""));

/** The comparison that `record` is; null where it is none. */
export function unpacked(record: unknown): Comparison | null {
  const { sides, runs, distances } = (record ?? {}) as Partial<Comparison>;
  if (!Array.isArray(sides) || sides.length < FEWEST || sides.length > MOST || !sides.every(isSide)) return null;
  const keys = new Set(sides.map(({ key }) => key));
  if (keys.size < sides.length) return null;
  const found = (Array.isArray(runs) ? runs : []).filter(([key, run]) => keys.has(key) && typeof run === "string");
  return { sides, runs: found, distances: isRecord(distances) ? distances : {} };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isSide = (value: unknown): value is Side =>
  isRecord(value) &&
  Number.isSafeInteger(value.key) &&
  (value.model === null || typeof value.model === "string") &&
  isRecord(value.changes);

/** The distances of the lane called `key`; none where they are damaged. */
export function distancesOf({ distances }: Comparison, key: number): Distances {
  try {
    const found = mapped((name) => floats(distances[key]?.[name] ?? ""));
    return NAMES.every((name) => found[name].length === stepsOf(found)) ? joined(NOTHING, found) : NOTHING;
  } catch {
    return NOTHING; // no base64, or not of whole numbers
  }
}

const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);

/** What a lane's run is in its session; `place` counts the lanes from 0. */
export const kindOf = (place: number): string => `lane_${"abcd"[place]}`;

/** The run of each lane: as it was saved, else the last that was begun for a lane of its place. */
export function runsOf({ sides, runs }: Comparison, all: readonly { id: string; kind: string }[]): Comparison["runs"] {
  const saved = new Map(runs);
  return sides.flatMap(({ key }, place) => {
    const run = all.find(({ id }) => id === saved.get(key)) ?? all.findLast(({ kind }) => kind === kindOf(place));
    return run ? [[key, run.id] as const] : [];
  });
}
