/** One setting: name, control, reset, help card, and what is wrong with it. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import { Locked } from "../work/Locked";
import type { ControlProps } from "./control";
import { isChanged, useBinding, type Binding } from "./binding";
import { BeamsAlone } from "./BeamsAlone";
import { Biases } from "./Biases";
import { Items } from "./Items";
import { NumberControl } from "./NumberControl";
import { Order } from "./Order";
import { Options } from "./Options";
import { Text } from "./Text";
import { isOff, type Field } from "./schema";
import { shortly } from "./values";

const helped = signal<string | null>(null); // one card at a time

export function Setting({ field }: { field: Field }) {
  const binding = useBinding();
  const { prefix, values } = binding;
  const value = values.value[field.name];
  const fault = binding.faults.value[field.name];
  const open = helped.value === prefix + field.name;
  const describedBy =
    [fault && `${prefix}${field.name}-fault`, open && `${prefix}${field.name}-help`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={classOf(binding, field)} data-testid={`${prefix}setting-${field.name}`}>
      <div class="setting-head">
        <Name field={field} />
        <HelpButton field={field} open={open} />
        {binding.compares && <Was field={field} />}
        <Locked>
          <Reset field={field} />
        </Locked>
      </div>
      <Locked>
        <Control field={field} value={value} describedBy={describedBy} invalid={fault !== undefined} />
      </Locked>
      {fault && (
        <p class="fault" id={`${prefix}${field.name}-fault`}>
          {fault}
        </p>
      )}
      {open && <Help field={field} />}
      {field.name === "num_beams" && <BeamsAlone />}
    </div>
  );
}

function classOf(binding: Binding, field: Field): string {
  const off = isOff(field, binding.values.value[field.name]) ? " off" : "";
  return `setting${off}${binding.compares && isChanged(binding, field) ? " changed" : ""}`;
}

function Name({ field }: { field: Field }) {
  const { prefix } = useBinding();
  const simple = ["number", "integer", "boolean", "options"].includes(field.kind);
  return simple ? (
    <label class="setting-name" for={`${prefix}field-${field.name}`}>
      {field.title}
    </label>
  ) : (
    <span class="setting-name" id={`${prefix}name-${field.name}`}>
      {field.title}
    </span>
  );
}

function HelpButton({ field, open }: { field: Field; open: boolean }) {
  const { prefix } = useBinding();
  return (
    <button
      type="button"
      class="icon help"
      aria-expanded={open}
      aria-label={fill(gettext("About %(setting)s"), { setting: field.title })}
      onClick={() => (helped.value = open ? null : prefix + field.name)}
    >
      ?
    </button>
  );
}

/** What a changed setting was. */
function Was({ field }: { field: Field }) {
  const binding = useBinding();
  const was = shortly(binding.initial(field));
  if (!isChanged(binding, field) || was === "") return null;
  return <span class="was">{fill(gettext("was %(value)s"), { value: was })}</span>;
}

function Reset({ field }: { field: Field }) {
  const binding = useBinding();
  if (!isChanged(binding, field)) return null;
  return (
    <button
      type="button"
      class="icon reset"
      aria-label={fill(gettext("Reset %(setting)s"), { setting: field.title })}
      title={gettext("Reset")}
      onClick={() => binding.change({ [field.name]: binding.initial(field) })}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4 3v3.5h3.5M4.3 6.3A4.7 4.7 0 1 1 3.4 9" />
      </svg>
    </button>
  );
}

function Control(props: ControlProps) {
  switch (props.field.kind) {
    case "boolean":
      return <Toggle {...props} />;
    case "text":
      return <Text {...props} />;
    case "strings":
    case "integers":
      return <Items {...props} />;
    case "biases":
      return <Biases {...props} />;
    case "options":
      return <Options {...props} />;
    case "order":
      return <Order {...props} />;
    default:
      return <NumberControl {...props} />;
  }
}

function Toggle({ field, value, describedBy }: ControlProps) {
  const { change, prefix } = useBinding();
  return (
    <input
      class="toggle"
      type="checkbox"
      role="switch"
      id={`${prefix}field-${field.name}`}
      aria-describedby={describedBy}
      checked={value === true}
      onChange={({ currentTarget }) => change({ [field.name]: currentTarget.checked })}
    />
  );
}

function Help({ field }: { field: Field }) {
  const { prefix } = useBinding();
  return (
    <div class="help-card" id={`${prefix}${field.name}-help`}>
      <p>{field.help}</p>
      {field.formula && <code>{field.formula}</code>}
    </div>
  );
}
