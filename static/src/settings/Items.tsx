/** A list of stop strings or token ids, as chips with an input behind them. */

import { useState } from "preact/hooks";
import { fill, gettext } from "../i18n";
import { label } from "../tokens/pieces";
import { useBinding } from "./binding";
import type { ControlProps } from "./control";
import { unescape } from "./values";

const visible = (item: unknown): string => (typeof item === "string" ? label(new TextEncoder().encode(item)) : String(item));

export function Items({ field, value, describedBy, invalid }: ControlProps) {
  const { change, prefix } = useBinding();
  const list = value as (string | number)[];
  const [text, setText] = useState("");
  const add = () => {
    const item = field.kind === "strings" ? unescape(text) : Number.isNaN(Number(text)) ? text : Number(text);
    if (text !== "" && !list.includes(item)) change({ [field.name]: [...list, item] });
    setText("");
  };
  return (
    <div class="items">
      {list.map((item) => (
        <button
          type="button"
          class="chip piece"
          key={item}
          aria-label={fill(gettext("Remove %(item)s"), { item: visible(item) })}
          onClick={() => change({ [field.name]: list.filter((other) => other !== item) })}
        >
          {visible(item)} <span aria-hidden="true">×</span>
        </button>
      ))}
      <input
        class="number wide"
        type="text"
        aria-labelledby={`${prefix}name-${field.name}`}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        placeholder={field.kind === "strings" ? gettext("text, \\n for a new line, then Enter") : gettext("token id, then Enter")}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && !event.ctrlKey && !event.metaKey && add()}
        onBlur={add}
      />
    </div>
  );
}
