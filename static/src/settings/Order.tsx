/** The order of the stages: those that are on first, to be moved with the arrows or by dragging, or left out; the others folded away. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import { stageTitle } from "../inspector/choice/stages";
import { fields } from "../store/draft";
import { useBinding } from "./binding";
import type { ControlProps } from "./control";
import { isOff, type Field, type Values } from "./schema";
import { moved } from "./values";

const dragged = signal<string | null>(null);

export function Order({ field, value }: ControlProps) {
  const { values, prefix } = useBinding();
  const order = (value as string[] | null) ?? field.orders[String(values.value.dialect)] ?? [];
  const on = order.filter((name) => isOn(field, name, values.value));
  const off = order.filter((name) => !on.includes(name));
  const left = (field.bounds.enum ?? []).filter((name) => !order.includes(name));
  return (
    <>
      <ol class="order" aria-labelledby={`${prefix}name-${field.name}`}>
        {on.map((name) => (
          <Stage key={name} {...{ field, order, among: on, name }} />
        ))}
      </ol>
      <details class="more">
        <summary>{fill(gettext("%(count)s stages that do nothing now"), { count: off.length + left.length })}</summary>
        <ol class="order">
          {off.map((name) => (
            <Stage key={name} {...{ field, order, among: off, name }} />
          ))}
          {left.map((name) => (
            <LeftOut key={name} {...{ field, order, name }} />
          ))}
        </ol>
      </details>
    </>
  );
}

/** Whether the setting that switches the stage on is not neutral. A constraint may be any of its group. */
function isOn({ switches }: Field, stage: string, values: Values): boolean {
  const ofStage = fields.filter(
    ({ name, group }) => name === (switches[stage] ?? stage) || (stage === "constraint" && group === "constraints"),
  );
  return ofStage.some((field) => !isOff(field, values[field.name]));
}

/** `among` are the stages that it is shown with: it moves past those that are not. */
function Stage({ field, order, among, name }: { field: Field; order: string[]; among: string[]; name: string }) {
  const { change } = useBinding();
  const title = stageTitle(name);
  const at = among.indexOf(name);
  const moveTo = (other: string | undefined) => other && change({ [field.name]: moved(order, name, order.indexOf(other)) });
  return (
    <li
      class={dragged.value === name ? "order-item dragged" : "order-item"}
      draggable
      onDragStart={() => (dragged.value = name)}
      onDragEnd={() => (dragged.value = null)}
      onDragOver={(event) => {
        event.preventDefault();
        if (dragged.value && dragged.value !== name) change({ [field.name]: moved(order, dragged.value, order.indexOf(name)) });
      }}
    >
      <span class="grip" aria-hidden="true" />
      <span>{title}</span>
      <button
        type="button"
        class="icon"
        aria-disabled={at === 0}
        aria-label={fill(gettext("Move %(stage)s up"), { stage: title })}
        onClick={() => moveTo(among[at - 1])}
      >
        ↑
      </button>
      <button
        type="button"
        class="icon"
        aria-disabled={at === among.length - 1}
        aria-label={fill(gettext("Move %(stage)s down"), { stage: title })}
        onClick={() => moveTo(among[at + 1])}
      >
        ↓
      </button>
      <button
        type="button"
        class="icon"
        aria-label={fill(gettext("Leave %(stage)s out"), { stage: title })}
        onClick={() => change({ [field.name]: order.filter((other) => other !== name) })}
      >
        ×
      </button>
    </li>
  );
}

function LeftOut({ field, order, name }: { field: Field; order: string[]; name: string }) {
  const { change } = useBinding();
  return (
    <li class="order-item left-out">
      <span>{stageTitle(name)}</span>
      <button
        type="button"
        class="icon"
        aria-label={fill(gettext("Take %(stage)s back in"), { stage: stageTitle(name) })}
        onClick={() => change({ [field.name]: [...order, name] })}
      >
        +
      </button>
    </li>
  );
}
