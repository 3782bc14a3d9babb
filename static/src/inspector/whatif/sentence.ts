/** What an answer comes to, in words. Pure but for the reader's language. */

import { fill, gettext, ngettext } from "../../i18n";
import { count } from "../../numbers";
import { isOff, type Field, type Values } from "../../settings/schema";
import { shortly } from "../../settings/values";
import { quoted } from "../../tokens/pieces";
import type { Outcome } from "./outcome";

const NAMED = 3; // settings; the others are counted

/** "Temperature 1.2, Top-p 0.9 and 2 more" */
export function namesOf(fields: readonly Field[], values: Values): string {
  const named = fields.slice(0, NAMED).map((field) => `${field.title} ${said(field, values[field.name])}`.trim());
  const rest = fields.length - NAMED;
  const list = named.join(gettext(", "));
  return rest > 0
    ? fill(ngettext("%(list)s and %(count)s more setting", "%(list)s and %(count)s more settings", rest), { list, count: rest })
    : list;
}

/** Temperature is never off: 1 is a value like others. */
const said = (field: Field, value: unknown): string =>
  isOff(field, value) && field.name !== "temperature" ? gettext("off") : shortly(value);

export function sentenceOf(outcome: Outcome, changed: readonly Field[], values: Values): string {
  const { total, first } = outcome;
  if (changed.length === 0) return unchanged(total);
  const settings = namesOf(changed, values);
  const step = first === null ? null : outcome.step(first);
  if (!step)
    return fill(gettext("With %(settings)s, all %(total)s tokens stay the same, given the same draws."), { settings, total: count(total) });
  return fill(
    gettext(
      "With %(settings)s, %(differing)s of %(total)s tokens would differ given the same draws; the first at step %(step)s: %(own)s → %(would)s. After the first one a real run goes its own way.",
    ),
    {
      settings,
      differing: count(outcome.differing.length),
      total: count(total),
      step: step.step,
      own: quoted(step.own.piece),
      would: quoted(step.would.piece),
    },
  );
}

const unchanged = (total: number): string =>
  fill(gettext("These are the run's own settings. Change one to see which of its %(total)s tokens would differ, given the same draws."), {
    total: count(total),
  });
