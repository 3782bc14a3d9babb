/** The settings that a run was asked for, and which of them decide what a step chooses. Pure. */

import type { StageInfo } from "../../protocol/generated";
import { equal, type Field, type Values } from "../../settings/schema";

const APART = ["max_tokens", "stop", "max_time", "seed"]; // they end a run or repeat its draws, but choose no token

/** Settings of which another value may make a step choose another token, given what came before it. */
export const decides = ({ group, name }: Field): boolean => group !== "search" && !APART.includes(name);

/** What the stages of a run tell of its settings, where this page did not start it. Biases and lists are not among it. */
export function toldBy(stages: readonly StageInfo[], fields: readonly Field[]): Values {
  const values = Object.fromEntries(fields.map(({ name, initial }) => [name, initial]));
  for (const { active, params } of stages)
    if (active) for (const [name, value] of Object.entries(params)) if (typeof values[name] === "number") values[name] = value;
  const order = stages.map(({ name }) => name);
  const usual = fields.find(({ kind }) => kind === "order")?.orders[String(values.dialect)];
  return equal(order, usual) ? values : { ...values, stage_order: order };
}

/** The fields whose values are not those of `own`. */
export const changedFields = (fields: readonly Field[], values: Values, own: Values): Field[] =>
  fields.filter(({ name }) => !equal(values[name], own[name]));
