/** Beginning another session, and making somebody else's one's own. */

import { gettext } from "../i18n";
import { fork } from "./fork";

export const NewButton = ({ act }: { act: () => void }) => (
  <button
    type="button"
    class="icon"
    data-testid="new"
    aria-label={gettext("New session")}
    title={gettext("New session; what is here is saved")}
    onClick={act}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 3v10M3 8h10" />
    </svg>
  </button>
);

/** In the place of Run: somebody else's session is only looked at. */
export const ForkButton = () => (
  <div class="run-buttons">
    <button
      type="button"
      class="button primary"
      data-testid="fork"
      title={gettext("Makes a copy of your own, with all its runs")}
      onClick={() => void fork()}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4 2.5v11M4 9c5 0 8-1.5 8-6m0 0L9.5 5.5M12 3l2 2.5" />
      </svg>
      {gettext("Fork to go on")}
    </button>
  </div>
);
