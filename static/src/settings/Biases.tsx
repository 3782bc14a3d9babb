/** Logit bias: token ids and what is added to their logits. */

import { useState } from "preact/hooks";
import { fill, gettext } from "../i18n";
import { useBinding } from "./binding";
import type { ControlProps } from "./control";
import { parse } from "./values";

export function Biases({ field, value, describedBy, invalid }: ControlProps) {
  const { change } = useBinding();
  const set = (next: Record<string, number | string>) => change({ [field.name]: next });
  const biases = value as Record<string, number | string>;
  const without = (id: string) => Object.fromEntries(Object.entries(biases).filter(([other]) => other !== id));
  return (
    <div class="biases" role="group" aria-labelledby={`name-${field.name}`} aria-describedby={describedBy}>
      {Object.entries(biases).map(([id, bias]) => (
        <div class="bias" key={id}>
          <code>{id}</code>
          <input
            class="number"
            type="text"
            inputMode="decimal"
            aria-label={fill(gettext("Bias of token %(id)s"), { id })}
            aria-invalid={invalid}
            value={String(bias)}
            onInput={({ currentTarget }) => set({ ...biases, [id]: parse(currentTarget.value, false) ?? 0 })}
          />
          <button type="button" class="icon" aria-label={fill(gettext("Remove %(item)s"), { item: id })} onClick={() => set(without(id))}>
            ×
          </button>
        </div>
      ))}
      <AddBias add={(id) => set({ ...biases, [id]: 0 })} />
    </div>
  );
}

function AddBias({ add }: { add: (id: string) => void }) {
  const [text, setText] = useState("");
  const commit = () => {
    if (/^\d+$/.test(text.trim())) add(String(Number(text)));
    setText("");
  };
  return (
    <input
      class="number wide"
      type="text"
      inputMode="numeric"
      aria-label={gettext("Token id to bias")}
      placeholder={gettext("token id, then Enter")}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && !event.ctrlKey && !event.metaKey && commit()}
      onBlur={commit}
    />
  );
}
