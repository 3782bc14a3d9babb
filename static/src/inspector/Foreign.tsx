/** Above a panel of somebody else's session: what of it was recorded and is here, and what takes a copy of one's own. */

import { gettext } from "../i18n";
import { boot } from "../store/draft";
import type { Tab } from "../store/view";
import { fork } from "../work/fork";
import { asksNothing } from "../work/work";

const said = (): Partial<Record<Tab, string>> => ({
  choice: gettext("Every recorded stage, candidate and draw can be looked at. Another token or order is tried in a fork of your own."),
  attention: gettext(
    "What was recorded with each token can be looked at. Whole matrices are worked out by the model, which is asked in a fork of your own.",
  ),
  layers: gettext("Lens, attribution and heads are worked out by the model, which is asked in a fork of your own."),
  timing: gettext("These are the times of the run itself. The cost of watching is measured in a fork of your own."),
  whatif: gettext("Other settings are tried by the model in a fork of your own."),
  tree: gettext("Every branch can be looked at and replayed. Another grows in a fork of your own."),
});

/** A frame on another site has no button of its own: the way to a fork is the link of its bar. */
export function Foreign({ panel }: { panel: Tab }) {
  const text = said()[panel];
  if (!asksNothing.value || !text) return null;
  const embedded = boot.session?.embedded !== undefined;
  return (
    <div class="foreign" role="note" data-testid="foreign">
      <p>
        {text} {embedded && gettext("For that, open the session in Logitscope.")}
      </p>
      {!embedded && (
        <button type="button" class="button small" data-testid="fork-to-try" onClick={() => void fork()}>
          {gettext("Fork to try")}
        </button>
      )}
    </div>
  );
}
