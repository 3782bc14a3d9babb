/** The order of the stages: move them with the arrows, by dragging, or leave one out. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import { stageTitle } from "../inspector/choice/stages";
import { set } from "../store/draft";
import type { ControlProps } from "./Setting";
import type { Field } from "./schema";
import { moved } from "./values";

const dragged = signal<string | null>(null);

export function Order({ field, value }: ControlProps) {
  const order = value as string[];
  const left = (field.bounds.enum ?? []).filter((name) => !order.includes(name));
  return (
    <ol class="order" aria-labelledby={`name-${field.name}`}>
      {order.map((name, at) => (
        <Stage key={name} {...{ field, order, name, at }} />
      ))}
      {left.map((name) => (
        <li class="order-item left-out" key={name}>
          <span>{stageTitle(name)}</span>
          <button
            type="button"
            class="icon"
            aria-label={fill(gettext("Take %(stage)s back in"), { stage: stageTitle(name) })}
            onClick={() => set(field.name, [...order, name])}
          >
            +
          </button>
        </li>
      ))}
    </ol>
  );
}

function Stage({ field, order, name, at }: { field: Field; order: string[]; name: string; at: number }) {
  const title = stageTitle(name);
  const move = (to: number) => set(field.name, moved(order, name, to));
  return (
    <li
      class={dragged.value === name ? "order-item dragged" : "order-item"}
      draggable
      onDragStart={() => (dragged.value = name)}
      onDragEnd={() => (dragged.value = null)}
      onDragOver={(event) => {
        event.preventDefault();
        if (dragged.value && dragged.value !== name) set(field.name, moved(order, dragged.value, at));
      }}
    >
      <span class="grip" aria-hidden="true" />
      <span>{title}</span>
      <button
        type="button"
        class="icon"
        disabled={at === 0}
        aria-label={fill(gettext("Move %(stage)s up"), { stage: title })}
        onClick={() => move(at - 1)}
      >
        ↑
      </button>
      <button
        type="button"
        class="icon"
        disabled={at === order.length - 1}
        aria-label={fill(gettext("Move %(stage)s down"), { stage: title })}
        onClick={() => move(at + 1)}
      >
        ↓
      </button>
      <button
        type="button"
        class="icon"
        aria-label={fill(gettext("Leave %(stage)s out"), { stage: title })}
        onClick={() =>
          set(
            field.name,
            order.filter((other) => other !== name),
          )
        }
      >
        ×
      </button>
    </li>
  );
}
