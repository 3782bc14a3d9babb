/** Where the model looked: all layers and heads small, one large, linked to the text. */

import { gridOfHeads } from "../../export/attention";
import { SavePicture } from "../../export/SavePicture";
import { gettext } from "../../i18n";
import { watch } from "../../session";
import { draft } from "../../store/draft";
import { hideFirst, run, token } from "../../store/view";
import { Grid } from "./Grid";
import { Large } from "./Large";
import { onlyMean, watched } from "./state";

export function Attention() {
  if (!token.value || watched.value.length === 0) return <Unwatched />;
  return (
    <div class="attention">
      <div class="controls">
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={hideFirst.value}
            onChange={({ currentTarget }) => (hideFirst.value = currentTarget.checked)}
          />
          <span>{gettext("Hide the first token")}</span>
        </label>
        <p class="quiet">{gettext("The first token often takes what a head has no use for.")}</p>
        <SavePicture what="attention-heads" title={gettext("Layers and heads")} draw={gridOfHeads} />
      </div>
      <div class="attention-body">
        <Grid />
        <Large />
      </div>
      {onlyMean.value && <Offer />}
    </div>
  );
}

function Offer() {
  const asked = draft.value.watch.attention === "all";
  return (
    <p class="offer">
      {gettext("Only the mean over the heads of each layer is being sent.")}{" "}
      <button type="button" class="button small" disabled={asked} onClick={() => watch({ attention: "all" })}>
        {asked ? gettext("Every head from the next token or run on") : gettext("Watch every head")}
      </button>
    </p>
  );
}

function Unwatched() {
  const possible = run.value.model?.attention !== false;
  return (
    <div class="empty">
      <h3>{possible ? gettext("Attention was not watched at this step") : gettext("This model does not show its attention")}</h3>
      {possible && (
        <button type="button" class="button" onClick={() => watch({ attention: "all" })}>
          {gettext("Watch every head")}
        </button>
      )}
    </div>
  );
}
