/** Run, stop, or draw one more token. */

import { canStep, stepOn } from "../branching/actions";
import { node } from "../branching/tree";
import { gettext } from "../i18n";
import { cancel } from "../session";
import { startOrShowFault } from "../start";
import { isLive } from "../store/run";
import { connection, run } from "../store/view";
import { RunStop } from "./RunStop";

/** A step is over in a moment: Run and Stop do not change places for it. */
const isStepping = (): boolean => node.value?.kind === "step" && run.value.phase !== "loading" && run.value.position === 0;

export function RunButtons() {
  const live = isLive(run.value) && !isStepping();
  return (
    <div class="run-buttons">
      <RunStop live={live} run={gettext("Run")} start={startOrShowFault} stop={gettext("Stop")} end={cancel} />
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
