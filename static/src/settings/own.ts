/** The person's own presets: kept on the server, listed with the site's. Knows no control. */

import { signal } from "@preact/signals";
import type { OwnPreset } from "../boot";
import { told } from "../errors";
import { dialog } from "../keys/open";
import { call } from "../post";
import type { SamplingParams } from "../protocol/generated";
import { boot, partOf, presetFollowed } from "../store/draft";
import type { Values } from "./schema";

export const own = signal<OwnPreset[]>(boot.own_presets ?? []);
/** The settings that would be saved; those of the panel whose button was pressed. */
export const toSave = signal<Values>({});
/** Why the last thing could not be done. */
export const trouble = signal<string | null>(null);

/** The id of the one that `values` follow, or null. */
export const ownOf = (values: Values): string | null => presetFollowed(own.value, values)?.id ?? null;

export function openPresets(values: Values): void {
  toSave.value = values;
  trouble.value = null;
  dialog.value = "presets";
}

/** Whether it has been saved. */
export const save = (name: string): Promise<boolean> =>
  attempt(async () => {
    const made = await call<OwnPreset>("POST", "/api/presets", JSON.stringify({ name, sampling: settings() }));
    own.value = [...own.value, made];
  });

export const rename = (id: string, name: string): Promise<boolean> => alter(id, { name });
export const replace = (id: string): Promise<boolean> => alter(id, { sampling: settings() });

export const remove = (id: string): Promise<boolean> =>
  attempt(async () => {
    await call("DELETE", at(id));
    own.value = own.value.filter((preset) => preset.id !== id);
  });

const settings = (): Values => partOf(toSave.value as SamplingParams);
const at = (id: string): string => `/api/presets/${encodeURIComponent(id)}`;

const alter = (id: string, part: { name?: string; sampling?: Values }): Promise<boolean> =>
  attempt(async () => {
    const changed = await call<OwnPreset>("PATCH", at(id), JSON.stringify(part));
    own.value = own.value.map((preset) => (preset.id === id ? changed : preset));
  });

async function attempt(action: () => Promise<void>): Promise<boolean> {
  trouble.value = null;
  try {
    await action();
  } catch (error) {
    trouble.value = told(error);
  }
  return trouble.value === null;
}
