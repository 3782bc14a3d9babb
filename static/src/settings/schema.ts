/** Reads the JSON schema of `SamplingParams` into fields that can be drawn, and says what is wrong with a value. Pure. */

import { fill, gettext, inQuotes } from "../i18n";

interface Property {
  title?: string;
  description?: string;
  type?: string;
  anyOf?: Property[];
  items?: Property;
  additionalProperties?: Property;
  enum?: string[];
  const?: string;
  default?: unknown;
  group?: string;
  formula?: string;
  neutral?: unknown;
  slider?: [number, number, number] | null;
  rare?: boolean;
  needs?: string;
  orders?: Record<string, string[]>;
  switches?: Record<string, string>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
}

export interface Schema {
  properties: Record<string, Property>;
}

export type Kind = "number" | "integer" | "boolean" | "text" | "options" | "strings" | "integers" | "biases" | "order";

export interface Field {
  name: string;
  title: string;
  help: string;
  formula: string;
  group: string;
  kind: Kind;
  nullable: boolean;
  initial: unknown;
  neutral: unknown; // null: the field cannot be off
  slider: [number, number, number] | null;
  bounds: Property; // of the number, or of each item
  most: number; // items
  options: readonly unknown[]; // of a field that is one of a few values
  rare: boolean; // folded away
  needs: string; // the setting without which it has no effect, or nothing
  orders: Record<string, string[]>; // of the stages: what stands for no value, by dialect
  switches: Record<string, string>; // the setting that switches a stage on, where it has another name
}

export type Values = Record<string, unknown>;

export function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.properties).map(([name, property]) => field(name, property));
}

function field(name: string, property: Property): Field {
  const { title = name, description = "", formula = "", group = "", neutral = null, slider = null } = property;
  const own = property.anyOf?.find((arm) => arm.type !== "null") ?? property;
  const options = optionsOf(property);
  const kind = options.length > 0 ? "options" : kindOf(own);
  return {
    name,
    title,
    help: description,
    formula,
    group,
    kind,
    neutral,
    slider,
    nullable: property.anyOf !== undefined,
    initial: property.default ?? (kind === "biases" ? {} : null),
    bounds: own.items ?? own.additionalProperties ?? own,
    most: own.maxItems ?? own.maxProperties ?? Infinity,
    options,
    rare: property.rare ?? false,
    needs: property.needs ?? "",
    orders: property.orders ?? {},
    switches: property.switches ?? {},
  };
}

/** The values of an enumeration, also of one that a switch has a third position for; none for any other field. */
function optionsOf(property: Property): readonly unknown[] {
  const arms = property.anyOf ?? [property];
  const named = arms.flatMap((arm) => arm.enum ?? (arm.const === undefined ? [] : [arm.const]));
  return named.length === 0 ? [] : [...(arms.some((arm) => arm.type === "boolean") ? [false, true] : []), ...named];
}

/** Raises for a type that the panel cannot draw: a new kind of field needs a new control. */
function kindOf(property: Property): Kind {
  if (property.type === "object") return "biases";
  if (property.type === "array") return property.items?.enum ? "order" : property.items?.type === "string" ? "strings" : "integers";
  if (property.type === "string") return "text";
  if (property.type === "number" || property.type === "integer" || property.type === "boolean") return property.type;
  throw new Error(`no control for settings of type ${property.type}`);
}

export const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
export const isOff = (field: Field, value: unknown): boolean => field.neutral !== null && equal(value, field.neutral);

/** What is wrong with `value`, or null. A string where a number belongs is what was typed and could not be read. */
export function problem(field: Field, value: unknown): string | null {
  switch (field.kind) {
    case "number":
    case "integer":
      return value === null && field.nullable ? null : numberProblem(value, field.bounds, field.kind === "integer");
    case "integers":
      return items(value as unknown[], field) ?? first(value as unknown[], (item) => numberProblem(item, field.bounds, true));
    case "strings":
      return items(value as unknown[], field) ?? first(value as unknown[], (item) => lengthProblem(String(item), field.bounds));
    case "text":
      return lengthProblem(String(value), field.bounds);
    case "biases":
      return biasProblem(value as Values, field);
    default:
      return null;
  }
}

function numberProblem(value: unknown, bounds: Property, whole: boolean): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return fill(gettext("%(value)s is not a number."), { value: quote(value) });
  if (whole && !Number.isInteger(value)) return fill(gettext("%(value)s is not a whole number."), { value });
  const { minimum, maximum, exclusiveMinimum } = bounds;
  if (minimum !== undefined && value < minimum) return fill(gettext("%(value)s is less than %(bound)s."), { value, bound: minimum });
  if (maximum !== undefined && value > maximum) return fill(gettext("%(value)s is more than %(bound)s."), { value, bound: maximum });
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return fill(gettext("%(value)s is not above %(bound)s."), { value, bound: exclusiveMinimum });
  return null;
}

const quote = (value: unknown): string => (value === "" || value === null ? gettext("Nothing") : inQuotes(String(value)));

function lengthProblem(text: string, { maxLength = Infinity }: Property): string | null {
  const length = Array.from(text).length;
  return length > maxLength ? fill(gettext("%(value)s characters are more than %(bound)s."), { value: length, bound: maxLength }) : null;
}

function items(list: unknown[], { most }: Field): string | null {
  return list.length > most ? fill(gettext("%(value)s entries are more than %(bound)s."), { value: list.length, bound: most }) : null;
}

function biasProblem(biases: Values, field: Field): string | null {
  const ids = Object.keys(biases).map(Number);
  return (
    items(ids, field) ??
    first(ids, (id) => numberProblem(id, { minimum: 0 }, true)) ??
    first(Object.values(biases), (bias) => numberProblem(bias, field.bounds, false))
  );
}

function first<T>(list: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of list) {
    const found = check(item);
    if (found) return found;
  }
  return null;
}

/** All problems by field name, checked against each other as the server does. */
export function problems(fields: readonly Field[], values: Values): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const text = problem(field, values[field.name]);
    if (text) found[field.name] = text;
  }
  Object.assign(found, constraintProblem(fields, values));
  const { min_tokens: least, max_tokens: most } = values;
  if (!found.min_tokens && typeof least === "number" && typeof most === "number" && least > most)
    found.min_tokens = fill(gettext("%(value)s is more than %(bound)s."), { value: least, bound: most });
  return found;
}

/** At most one setting of the group "constraints" may be on. */
function constraintProblem(fields: readonly Field[], values: Values): Record<string, string> {
  const [one, other] = fields.filter((field) => field.group === "constraints" && !isOff(field, values[field.name]));
  if (!one || !other) return {};
  return { [other.name]: fill(gettext("Given together with “%(other)s”; only one constraint may be."), { other: one.title }) };
}

/** The field that an error's path names: `sampling.top_p` and `spec.sampling.stop.0` are fields `top_p` and `stop`. */
export function fieldNamed(path: string | null, names: readonly string[]): string | null {
  const parts = path?.split(".") ?? [];
  return names.find((name) => parts.includes(name)) ?? null;
}

/** The settings that are on and do not go with more than one beam: nothing is drawn there. A temperature of 0 or 1 changes nothing. */
export function againstBeams(fields: readonly Field[], values: Values): Field[] {
  if (typeof values.num_beams !== "number" || values.num_beams <= 1) return [];
  const drawn = fields.filter(({ group, neutral }) => group === "sampling" && neutral !== null);
  return drawn.filter((field) => !isOff(field, values[field.name]) && !(field.name === "temperature" && values.temperature === 0));
}
