/** Named settings, to begin with: the site's, then the person's own. */

import { gettext } from "../i18n";
import { boot, partOf, presetOf } from "../store/draft";
import { Locked } from "../work/Locked";
import { useBinding } from "./binding";
import { openPresets, own, ownOf } from "./own";

export function Presets() {
  const { prefix, values, change } = useBinding();
  const active = presetOf(values.value);
  const mine = active === null ? ownOf(values.value) : null;
  return (
    <div class="presets" role="group" aria-label={gettext("Presets")}>
      <Locked>
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
        {own.value.map(({ id, name, sampling }) => (
          <button
            type="button"
            class="chip own-preset"
            key={id}
            title={name}
            aria-pressed={mine === id}
            data-testid={`${prefix}own-preset`}
            onClick={() => change(partOf(sampling))}
          >
            {name}
          </button>
        ))}
        <button
          type="button"
          class="chip preset-save"
          title={gettext("Save these settings, rename or delete your presets")}
          aria-label={gettext("Your presets")}
          aria-haspopup="dialog"
          data-testid={`${prefix}presets-open`}
          onClick={() => openPresets(values.value)}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M8 3v10M3 8h10" />
          </svg>
        </button>
      </Locked>
    </div>
  );
}
