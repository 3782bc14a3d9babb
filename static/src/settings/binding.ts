/** Whose settings the controls draw: those of the next run, unless a panel binds its own. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import { equal, type Field, type Values } from "./schema";

export interface Binding {
  prefix: string; // of ids and test hooks: two panels may be on one page
  values: ReadonlySignal<Values>;
  faults: ReadonlySignal<Record<string, string>>; // by name of the field
  change: (part: Values) => void;
  initial: (field: Field) => unknown; // what resetting goes back to
  compares?: boolean; // a changed setting says what it was
}

const Bound = createContext<Binding | null>(null);
export const Bind = Bound.Provider;

/** The settings that the controls here are bound to. */
export function useBinding(): Binding {
  const bound = useContext(Bound);
  if (!bound) throw new Error("settings are drawn outside a binding");
  return bound;
}

export const isChanged = ({ values, initial }: Binding, field: Field): boolean => !equal(values.value[field.name], initial(field));
