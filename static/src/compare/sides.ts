/** The lanes of the comparison as they are set up: what each does otherwise than the draft that all share. Kept over a reload. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Binding } from "../settings/binding";
import { equal, problems, type Field, type Values } from "../settings/schema";
import { boot, changeSampling, draft, faults, fields, type Draft } from "../store/draft";
import { loadFor } from "../store/storage";
import { FEWEST, MOST, type Side } from "./kept";

const CALM = 0.2;
const HOT = 1.2;

export const STORAGE_KEY = `comparison:${boot.version}`;
/** What `runs.ts` stores: the session, the lanes, and the run of each that has one. */
export interface Stored {
  session: string | null;
  sides: readonly Side[];
  runs: [key: number, id: string, asked: Draft][];
}
const last = loadFor<Stored>(sessionStorage, STORAGE_KEY);
/** What this tab had before it was loaded again; nothing where the address names another comparison. */
export const stored = boot.session && last?.session !== boot.session.id ? null : last;

/** To begin with: the draft as it is, and the same dice at another temperature. */
const example = (): Side[] => {
  const hot = Number(draft.peek().sampling.temperature) >= HOT;
  return [
    { key: 0, model: null, changes: {} },
    { key: 1, model: null, changes: { temperature: hot ? CALM : HOT } },
  ];
};

export const sides = signal<readonly Side[]>(stored?.sides ?? example());

/** Whose settings the panel shows: a lane's, or with null those that all share. */
export const edited = signal<number | null>(null);

export const letter = (key: number): string => "ABCD"[sides.value.findIndex((side) => side.key === key)] ?? "?";

/** What the lane asks for: the shared draft with its own differences. */
export const draftOf = ({ model, changes }: Side): Draft => ({
  ...draft.value,
  model: model ?? draft.value.model,
  sampling: { ...draft.value.sampling, ...changes },
});

/** The settings in which the lane differs; what has become equal meanwhile is none. */
export const differences = ({ changes }: Side): Field[] =>
  fields.filter(({ name }) => name in changes && !equal(changes[name], draft.value.sampling[name]));

/** One more lane, behind `after` or at the end. */
export function add({ model = null, changes = {} }: Partial<Side>, after = sides.value.length - 1): void {
  if (sides.value.length >= MOST) return;
  const key = Math.max(...sides.value.map((side) => side.key)) + 1;
  sides.value = sides.value.toSpliced(after + 1, 0, { key, model, changes: { ...changes } });
}

export function remove(side: Side): void {
  if (sides.value.length <= FEWEST) return;
  if (edited.value === side.key) edited.value = null;
  sides.value = sides.value.filter((other) => other !== side);
}

export function replace(key: number, part: Partial<Side>): void {
  sides.value = sides.value.map((side) => (side.key === key ? { ...side, ...part } : side));
}

const sideOf = (key: number): Side | undefined => sides.value.find((side) => side.key === key);

/** What is wrong with the lane's settings, by name. */
export const faultsOf = (side: Side): Record<string, string> => problems(fields, draftOf(side).sampling);

const shared: Binding = {
  prefix: "",
  values: computed(() => draft.value.sampling),
  faults,
  change: changeSampling,
  initial: ({ initial }) => initial,
};

/** The settings of a lane: changed to what all share, a setting is none of its own any more. */
export function bindingOf(key: number | null): Binding {
  if (key === null) return shared;
  const of = <T>(read: (side: Side) => T, otherwise: T): ReadonlySignal<T> =>
    computed(() => (sideOf(key) ? read(sideOf(key) as Side) : otherwise));
  return {
    prefix: "lane-",
    values: of((side) => draftOf(side).sampling, draft.peek().sampling),
    faults: of(faultsOf, {}),
    change: (part) => replace(key, { changes: own({ ...sideOf(key)?.changes, ...part }) }),
    initial: ({ name }) => draft.value.sampling[name],
  };
}

const own = (changes: Values): Values =>
  Object.fromEntries(Object.entries(changes).filter(([name, value]) => !equal(value, draft.value.sampling[name])));
