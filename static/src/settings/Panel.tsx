/** The settings: presets, then one group after the other as the schema names them, then what is watched. */

import { fill, gettext } from "../i18n";
import { activePreset, applyPreset, boot, draft, faults, fields } from "../store/draft";
import { useGradual } from "./gradual";
import { Setting } from "./Setting";
import { isOff, type Field } from "./schema";
import { Watching } from "./Watching";

const SEEN_AT_ONCE = 1; // groups

export function Panel() {
  const drawn = useGradual(SEEN_AT_ONCE, boot.groups.length);
  return (
    <aside class="pane settings" id="settings" aria-label={gettext("Settings")}>
      <div class="settings-scroll">
        <Presets />
        {boot.groups.slice(0, drawn).map(({ name, title }) => (
          <Group key={name} title={title} fields={fields.filter(({ group }) => group === name)} open={name === "sampling"} />
        ))}
        <Watching />
      </div>
    </aside>
  );
}

function Presets() {
  return (
    <div class="presets" role="group" aria-label={gettext("Presets")}>
      {boot.presets.map(({ name, title, description, sampling }) => (
        <button
          type="button"
          class="chip"
          key={name}
          title={description}
          aria-pressed={activePreset.value === name}
          data-testid={`preset-${name}`}
          onClick={() => applyPreset(sampling)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

function Group({ title, fields, open }: { title: string; fields: Field[]; open: boolean }) {
  const faulty = fields.some(({ name }) => name in faults.value);
  const on = fields.filter((field) => field.neutral !== null && !isOff(field, draft.value.sampling[field.name])).length;
  return (
    <details class="group" open={open || faulty}>
      <summary>
        <h2>{title}</h2>
        {on > 0 && <span class="badge">{fill(gettext("%(count)s on"), { count: on })}</span>}
      </summary>
      {fields.filter(({ rare }) => !rare).map(draw)}
      <More fields={fields.filter(({ rare }) => rare)} />
    </details>
  );
}

/** What is seldom needed. Open from the start where something in it is on or wrong, or else nobody would see that. */
function More({ fields }: { fields: Field[] }) {
  if (fields.length === 0) return null;
  const { sampling } = draft.value;
  const on = fields.filter((field) => field.neutral !== null && !isOff(field, sampling[field.name])).length;
  const faulty = fields.some(({ name }) => name in faults.value);
  return (
    <details class="more" open={on > 0 || faulty}>
      <summary>{on > 0 ? fill(gettext("More, %(count)s on"), { count: on }) : gettext("More")}</summary>
      {fields.filter((field) => hasEffect(field)).map(draw)}
    </details>
  );
}

const draw = (field: Field) => <Setting key={field.name} field={field} />;

/** Not so where it belongs to another setting that is off. */
function hasEffect({ name, needs }: Field): boolean {
  const other = fields.find((field) => field.name === needs);
  return name in faults.value || !other || !isOff(other, draft.value.sampling[needs]);
}
