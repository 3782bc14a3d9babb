/** Run and Stop share one place, so that nothing moves when one becomes the other. */

import { canStep, stepOn } from "../branching/actions";
import { node } from "../branching/tree";
import { gettext } from "../i18n";
import { cancel } from "../session";
import { startOrShowFault } from "../start";
import { isLive } from "../store/run";
import { connection, run } from "../store/view";

/** A step is over in a moment: Run and Stop do not change places for it. */
const isStepping = (): boolean => node.value?.kind === "step" && run.value.phase !== "loading" && run.value.position === 0;

export function RunButtons() {
  const live = isLive(run.value) && !isStepping();
  return (
    <div class="run-buttons">
      <button
        type="button"
        class="button primary"
        data-testid="run"
        hidden={live}
        aria-keyshortcuts="Control+Enter"
        disabled={connection.value === "waiting"}
        onClick={startOrShowFault}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path class="solid" d="M5 3.2v9.6l8-4.8z" />
        </svg>
        {gettext("Run")} <kbd aria-hidden="true">Ctrl ↵</kbd>
      </button>
      <button type="button" class="button stop" data-testid="stop" hidden={!live} onClick={cancel}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <rect class="solid" x="4" y="4" width="8" height="8" rx="1" />
        </svg>
        {gettext("Stop")}
      </button>
      <button
        type="button"
        class="button step"
        data-testid="step"
        aria-keyshortcuts="S"
        title={gettext("Draw one more token")}
        aria-disabled={connection.value === "waiting" || !canStep()}
        onClick={stepOn}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path class="solid" d="M3.5 3.2v9.6l6.5-4.8z" />
          <path d="M12 3.5v9" />
        </svg>
        {gettext("Step")}
      </button>
    </div>
  );
}
