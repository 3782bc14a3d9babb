/** What is said where rows are missing: they are on their way, were refused, or nobody watched them. */

import { gettext } from "../../i18n";
import { ALL_LAYERS } from "../../store/attention";
import { asking, refusal, tryAgain } from "./asked";
import { selectedRow, shownHead, whole } from "./state";

export function Missing() {
  if (asking.value) return <p class="note quiet">{gettext("Asking the model for rows …")}</p>;
  if (refusal.value)
    return (
      <p class="note" role="status">
        {refusal.value}{" "}
        <button type="button" class="button small" onClick={tryAgain}>
          {gettext("Ask again")}
        </button>
      </p>
    );
  if (selectedRow.value) return null;
  if (shownHead.value.layer < ALL_LAYERS) return <p class="note quiet">{gettext("Rollout is worked out again as the text grows.")}</p>;
  return (
    <p class="note">
      {gettext("This head was not watched at this step.")}{" "}
      {!whole.value && (
        <button type="button" class="button small" onClick={() => (whole.value = true)}>
          {gettext("Ask for its rows")}
        </button>
      )}
    </p>
  );
}
