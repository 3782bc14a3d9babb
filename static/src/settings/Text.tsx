/** A setting that is a text of any number of lines: a pattern, a schema, a grammar. */

import { useBinding } from "./binding";
import type { ControlProps } from "./control";

export function Text({ field, value, describedBy, invalid }: ControlProps) {
  const { change, prefix } = useBinding();
  const text = String(value);
  return (
    <textarea
      class="text"
      rows={Math.min(8, text.split("\n").length)}
      spellcheck={false}
      autocomplete="off"
      placeholder={field.formula}
      aria-labelledby={`${prefix}name-${field.name}`}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      value={text}
      onInput={({ currentTarget }) => change({ [field.name]: currentTarget.value })}
    />
  );
}
