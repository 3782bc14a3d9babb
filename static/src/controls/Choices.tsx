/** A few choices side by side, of which one holds. */

import type { Signal } from "@preact/signals";

interface ChoicesProps<T extends string> {
  name: string;
  label: string;
  all: readonly (readonly [T, string])[];
  chosen: Signal<T>;
}

export function Choices<T extends string>({ name, label, all, chosen }: ChoicesProps<T>) {
  return (
    <div class="segmented" role="radiogroup" aria-label={label}>
      {all.map(([value, title]) => (
        <label key={value}>
          <input type="radio" name={name} value={value} checked={chosen.value === value} onChange={() => (chosen.value = value)} />
          <span>{title}</span>
        </label>
      ))}
    </div>
  );
}
