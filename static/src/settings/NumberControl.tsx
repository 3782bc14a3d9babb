/** A number by slider and by hand. What cannot be read as a number stays as typed, so that its fault can be shown. */

import { gettext } from "../i18n";
import { run } from "../store/view";
import { useBinding } from "./binding";
import type { ControlProps } from "./control";
import type { Field } from "./schema";
import { parse } from "./values";

export function NumberControl({ field, value, describedBy, invalid }: ControlProps) {
  const { change, prefix } = useBinding();
  return (
    <div class="number-control">
      {field.slider && <Slider field={field} value={value} slider={field.slider} />}
      {field.name === "seed" && <KeepSeed />}
      <input
        class={field.slider ? "number" : "number wide"}
        id={`${prefix}field-${field.name}`}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        spellcheck={false}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        placeholder={field.nullable ? empty(field) : undefined}
        value={value === null ? "" : String(value)}
        onInput={({ currentTarget }) => change({ [field.name]: parse(currentTarget.value, field.nullable) })}
      />
    </div>
  );
}

/** What an empty field stands for. */
const empty = ({ name }: Field): string => (name === "seed" ? gettext("a new one each run") : gettext("as the dialect"));

function Slider({ field, value, slider: [min, max, step] }: { field: Field; value: unknown; slider: [number, number, number] }) {
  const { change } = useBinding();
  const at = typeof value === "number" ? Math.min(max, Math.max(min, value)) : min;
  return (
    <input
      class="slider"
      type="range"
      aria-label={field.title}
      {...{ min, max, step }}
      value={at}
      style={{ "--at": (at - min) / (max - min) }}
      onInput={({ currentTarget }) => change({ [field.name]: Number(currentTarget.value) })}
    />
  );
}

/** Takes over the seed that the last run drew, to see the same run again. */
function KeepSeed() {
  const { change } = useBinding();
  const seed = run.value.started?.seed;
  return (
    <button
      type="button"
      class="button small"
      disabled={seed === undefined}
      title={seed === undefined ? undefined : String(seed)}
      onClick={() => change({ seed })}
    >
      {gettext("Last used")}
    </button>
  );
}
