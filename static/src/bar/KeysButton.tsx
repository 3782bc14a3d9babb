/** Opens the sheet of keys. */

import { gettext } from "../i18n";
import { openSheet } from "../keys/open";

export const KeysButton = () => (
  <button
    type="button"
    class="icon keys-button"
    aria-label={gettext("All keys")}
    title={gettext("All keys")}
    aria-keyshortcuts="?"
    onClick={openSheet}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <rect x="1.5" y="4" width="13" height="8" rx="1.5" />
      <path d="M4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.7 6.5h.01M5 9.5h6" />
    </svg>
  </button>
);
