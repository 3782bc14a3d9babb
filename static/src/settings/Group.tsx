/** The settings of one group, the rare ones folded away. One that does nothing now, for what it belongs to is off, is not shown. */

import { fill, gettext } from "../i18n";
import { fields as all } from "../store/draft";
import { isChanged, useBinding, type Binding } from "./binding";
import { Setting } from "./Setting";
import { isOff, type Field } from "./schema";

const isOn = ({ values }: Binding, field: Field): boolean => field.neutral !== null && !isOff(field, values.value[field.name]);

export function Group({ title, fields, open }: { title: string; fields: Field[]; open: boolean }) {
  const binding = useBinding();
  const faulty = fields.some(({ name }) => name in binding.faults.value);
  const on = fields.filter((field) => isOn(binding, field)).length;
  const shown = fields.filter((field) => hasEffect(binding, field));
  return (
    <details class="group" open={open || faulty}>
      <summary>
        <h2>{title}</h2>
        {on > 0 && <span class="badge">{fill(gettext("%(count)s on"), { count: on })}</span>}
      </summary>
      {shown.filter(({ rare }) => !rare).map(draw)}
      <More fields={shown.filter(({ rare }) => rare)} />
    </details>
  );
}

/** What is seldom needed. Open from the start where something in it is on or wrong, or else nobody would see that. */
function More({ fields }: { fields: Field[] }) {
  const binding = useBinding();
  if (fields.length === 0) return null;
  const on = fields.filter((field) => isOn(binding, field)).length;
  const faulty = fields.some(({ name }) => name in binding.faults.value);
  return (
    <details class="more" open={on > 0 || faulty}>
      <summary>{on > 0 ? fill(gettext("More, %(count)s on"), { count: on }) : gettext("More")}</summary>
      {fields.map(draw)}
    </details>
  );
}

const draw = (field: Field) => <Setting key={field.name} field={field} />;

/** Not so where it belongs to another setting that is off, unless it was set or is wrong: nothing that was said is hidden. */
function hasEffect(binding: Binding, field: Field): boolean {
  const other = all.find(({ name }) => name === field.needs);
  return field.name in binding.faults.value || isChanged(binding, field) || !other || !isOff(other, binding.values.value[other.name]);
}
