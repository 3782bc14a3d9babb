/** The runs of the lanes: one for each, started together with one seed, found again after a reload. */

import { computed, effect, signal } from "@preact/signals";
import { Refusal } from "../errors";
import { gettext } from "../i18n";
import { rendered } from "../prompt/ask";
import type { RunSpec } from "../protocol/generated";
import { Client } from "../socket/client";
import { addressOf, Connection } from "../socket/connection";
import { plainError, type Lane } from "../socket/lane";
import { equal } from "../settings/schema";
import { boot, draft, faults, modeOf, refusals, restored, specOf, type Draft } from "../store/draft";
import { EMPTY, isLive, type RunState } from "../store/run";
import { storeFor } from "../store/storage";
import { connection, lane as shownLane } from "../store/view";
import { readOnly, work } from "../work/work";
import { kindOf, type Side } from "./kept";
import { draftOf, edited, faultsOf, sides, stored, STORAGE_KEY, type Stored } from "./sides";

const FEWEST_CANDIDATES = 10; // of a step: what is shown side by side

/** A run, and all that it was asked for. */
export interface Started {
  lane: Lane;
  asked: Draft;
}

const client = new Client(boot.limits.max_frame_bytes, connection);
export const runs = signal<ReadonlyMap<number, Started>>(new Map());
export const stateOf = (key: number): RunState => runs.value.get(key)?.lane.run.value ?? EMPTY;
export const isRunning = computed(() => [...runs.value.values()].some(({ lane }) => isLive(lane.run.value)));

/** Opens the socket, and the runs that this page had before it was loaded again. */
export function connect(): void {
  bring((stored?.runs ?? []).map(([key, id, asked]) => [key, id, restored(asked)]));
  client.connect((listener) => new Connection(addressOf(boot.socket), listener));
  effect(() => storeFor(sessionStorage, STORAGE_KEY, JSON.parse(kept.value)));
  effect(() => {
    shownLane.value = runs.value.get(sides.value[0]?.key ?? -1)?.lane ?? null; // whose seed can be taken over
  });
}

/** Opens runs that are there already, each for a lane. */
export function bring(found: readonly (readonly [key: number, id: string, asked: Draft])[]): void {
  runs.value = new Map(found.map(([key, id, asked]) => [key, { lane: client.open(id), asked }]));
}

/** Leaves the runs; they go on by themselves. */
export const clear = (): void => void (runs.value = new Map());

/** Whether this tab had the session on the screen before it was loaded again. */
export const knows = (session: string): boolean => stored?.session === session;

/** As text, so that what is stored changes only when it differs, and not with every token. */
const kept = computed(() => {
  const known = sides.value.flatMap(({ key }): Stored["runs"] => {
    const { lane, asked } = runs.value.get(key) ?? {};
    return lane?.id && asked ? [[key, lane.id, asked]] : [];
  });
  return JSON.stringify({ session: work.value?.session ?? null, sides: sides.value, runs: known } satisfies Stored);
});

/**
 * Starts every lane, unless a setting is wrong. Returns the name of the first wrong field, whose panel is then shown.
 * `session`: that all of them belong to, begun only now where there is none.
 */
export function start(session: () => Promise<string>): string | null {
  if (readOnly.peek()) return null;
  refusals.value = isEmpty(draft.value) ? { prompt: gettext("Write a prompt first.") } : {};
  const wrong = firstFault();
  if (wrong || isRunning.value) return wrong;
  const seed = Number(draft.value.sampling.seed ?? newSeed());
  const place = session();
  runs.value = new Map(sides.value.map((side) => [side.key, begun(side, seed, place)]));
  return null;
}

const isEmpty = (draft: Draft): boolean =>
  modeOf(draft) === "chat" ? draft.messages.every(({ content }) => !content) : draft.prompt === "";

function firstFault(): string | null {
  const places = [{ key: null, found: faults.value }, ...sides.value.map((side) => ({ key: side.key, found: faultsOf(side) }))];
  const place = places.find(({ found }) => Object.keys(found).length > 0);
  if (!place) return null;
  edited.value = place.key;
  return Object.keys(place.found)[0] ?? null;
}

const newSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** Every lane draws with `seed`, unless a seed of its own is its difference. Attention is not looked at here, so it is not watched. */
function begun(side: Side, seed: number, session: Promise<string>): Started {
  const wanted = draftOf(side);
  const asked: Draft = {
    ...wanted,
    sampling: { ...wanted.sampling, seed: wanted.sampling.seed ?? seed },
    watch: { ...wanted.watch, top_n: Math.max(wanted.watch.top_n, FEWEST_CANDIDATES), attention: "off", heads: [] },
  };
  const kind = kindOf(sides.value.indexOf(side));
  const place = session.then((id) => ({ session: id, kind }));
  return { lane: client.start(specFor(asked), [], place), asked };
}

/** The same prompt for all: a conversation goes through the template of each model, which must have one. */
function specFor(asked: Draft): RunSpec | Promise<RunSpec> {
  if (modeOf(draft.value) === "complete") return specOf(asked, null);
  if (modeOf(asked) !== "chat") return Promise.reject(new Refusal([plainError("no_chat_template")]));
  return rendered(asked).then(({ ids }) => specOf(asked, ids));
}

export function stop(): void {
  runs.value.forEach(({ lane }) => lane.isLive && lane.cancel());
}

/** Whether the lane would now ask for something else than its run did. */
export function isStale(side: Side): boolean {
  const asked = runs.value.get(side.key)?.asked;
  if (!asked) return false;
  const now = draftOf(side);
  const sampling = { ...now.sampling, seed: now.sampling.seed ?? asked.sampling.seed };
  return !equal(what({ ...now, sampling }), what(asked));
}

const what = (draft: Draft) => {
  const chat = modeOf(draft) === "chat";
  return [draft.model, chat ? draft.messages : draft.prompt, Object.entries(draft.sampling).sort(([a], [b]) => (a < b ? -1 : 1))];
};
