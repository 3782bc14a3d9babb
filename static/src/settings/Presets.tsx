/** Named settings, to begin with. */

import { gettext } from "../i18n";
import { boot, partOf, presetOf } from "../store/draft";
import { useBinding } from "./binding";

export function Presets() {
  const { prefix, values, change } = useBinding();
  const active = presetOf(values.value);
  return (
    <div class="presets" role="group" aria-label={gettext("Presets")}>
      {boot.presets.map(({ name, title, description, sampling }) => (
        <button
          type="button"
          class="chip"
          key={name}
          title={description}
          aria-pressed={active === name}
          data-testid={`${prefix}preset-${name}`}
          onClick={() => change(partOf(sampling))}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
