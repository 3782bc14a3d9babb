/** Above a panel of somebody else's session: what of it was recorded and is here, and what takes a copy of one's own. */

import { gettext } from "../i18n";
import { boot } from "../store/draft";
import type { Tab } from "../store/view";
import { fork } from "../work/fork";
import { asksNothing } from "../work/work";

const said = (): Partial<Record<Tab, string>> => ({
  choice: gettext(
    "Every recorded stage, candidate and draw can be looked at. To take another token or try another order, fork the session.",
  ),
  attention: gettext(
    "What was recorded with each token can be looked at. Whole matrices are worked out by the model: fork the session to ask it.",
  ),
  layers: gettext(
    "Lens, attribution and heads are worked out by the model, which is asked about runs of your own: fork the session to see them.",
  ),
  timing: gettext(
    "These are the times of the run itself. The cost of watching is measured on runs of your own: fork the session for that.",
  ),
  whatif: gettext("Other settings are tried by the model on runs of your own: fork the session to move them."),
  tree: gettext("Every branch can be looked at and replayed. To grow another, fork the session."),
});

export function Foreign({ panel }: { panel: Tab }) {
  const text = said()[panel];
  if (!asksNothing.value || !text) return null;
  return (
    <div class="foreign" role="note" data-testid="foreign">
      <p>{text}</p>
      {boot.session?.embedded === undefined && (
        <button type="button" class="button small" data-testid="fork-to-try" onClick={() => void fork()}>
          {gettext("Fork to try")}
        </button>
      )}
    </div>
  );
}
