/** Shows and hides the settings. */

import { gettext } from "../i18n";
import { settingsOpen } from "../store/view";

export const SettingsButton = () => (
  <button
    type="button"
    class="icon settings-button"
    aria-label={gettext("Settings")}
    aria-expanded={settingsOpen.value}
    aria-controls="settings"
    onClick={() => (settingsOpen.value = !settingsOpen.value)}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2 4.5h6m4 0h2M2 11.5h2m4 0h6" />
      <circle cx="10" cy="4.5" r="1.8" />
      <circle cx="6" cy="11.5" r="1.8" />
    </svg>
  </button>
);
