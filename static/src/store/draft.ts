/** What the person has set up and not yet run: prompt, model, settings, speed. Kept over a reload of the page, not over a visit. */

import { computed, effect, signal } from "@preact/signals";
import { type Boot, readBoot } from "../boot";
import type { RunSpec, SamplingParams, Watch } from "../protocol/generated";
import { equal, fieldsOf, problems, type Field, type Values } from "../settings/schema";
import { loadFor, storeFor } from "./storage";

export interface Draft {
  model: string;
  prompt: string;
  sampling: Values;
  watch: Required<Watch>;
  speed: number | null; // tokens per second; null: as fast as it goes
}

export const boot: Boot = readBoot();
export const fields: Field[] = fieldsOf(boot.schema);
const PRESET_GROUPS = ["sampling", "penalties"]; // a preset leaves length, stopping and the seed alone

const example = (): Draft => ({
  model: boot.models.find((model) => model.default)?.name ?? boot.models[0]?.name ?? "",
  prompt: boot.example.prompt,
  sampling: { ...Object.fromEntries(fields.map(({ name, initial }) => [name, initial])), ...boot.example.sampling },
  watch: { top_n: 20, pinned: [], attention: "mean", heads: [], ...boot.example.watch },
  speed: boot.example.max_tokens_per_second,
});

const KEY = `draft:${boot.version}`;
export const draft = signal<Draft>(loadFor<Draft>(sessionStorage, KEY) ?? example());
// An untouched example is not kept, so that it comes back in the reader's language when that changes.
effect(() => storeFor(sessionStorage, KEY, equal(draft.value, example()) ? null : draft.value));

/** What the server said about a field; forgotten when the field is touched. */
export const refusals = signal<Record<string, string>>({});
export const faults = computed<Record<string, string>>(() => ({ ...refusals.value, ...problems(fields, draft.value.sampling) }));
export const model = computed(() => boot.models.find(({ name }) => name === draft.value.model) ?? null);

export function change(part: Partial<Draft>): void {
  draft.value = { ...draft.value, ...part };
  forget(Object.keys(part));
}

export function set(name: string, value: unknown): void {
  draft.value = { ...draft.value, sampling: { ...draft.value.sampling, [name]: value } };
  forget([name]);
}

function forget(names: string[]): void {
  if (names.some((name) => name in refusals.value))
    refusals.value = Object.fromEntries(Object.entries(refusals.value).filter(([name]) => !names.includes(name)));
}

const presetFields = fields.filter(({ group }) => PRESET_GROUPS.includes(group));

export function applyPreset(sampling: SamplingParams): void {
  const values = sampling as Values;
  const part = Object.fromEntries(presetFields.map(({ name }) => [name, values[name]]));
  draft.value = { ...draft.value, sampling: { ...draft.value.sampling, ...part } };
}

export const activePreset = computed(
  () =>
    boot.presets.find(({ sampling }) => presetFields.every(({ name }) => equal((sampling as Values)[name], draft.value.sampling[name])))
      ?.name ?? null,
);

export const startOver = (): void => {
  draft.value = example();
  refusals.value = {};
};

/** The run that the draft asks for. */
export function specOf({ model, prompt, sampling, watch, speed }: Draft): RunSpec {
  return { model, prompt, sampling: sampling as SamplingParams, watch, max_tokens_per_second: speed };
}

export function draftOf(spec: RunSpec): Draft {
  const { model = "", prompt, sampling = {}, watch = {}, max_tokens_per_second: speed = null } = spec;
  const plain = example();
  return {
    model: model || plain.model,
    prompt: prompt ?? plain.prompt,
    sampling: { ...plain.sampling, ...sampling },
    watch: { ...plain.watch, ...watch },
    speed,
  };
}
