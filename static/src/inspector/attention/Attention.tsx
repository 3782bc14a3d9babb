/** Where the model looked: all layers and heads small, one large, linked to the text. */

import type { Signal } from "@preact/signals";
import { gridOfHeads } from "../../export/attention";
import { SavePicture } from "../../export/SavePicture";
import { gettext } from "../../i18n";
import { watch } from "../../session";
import { ALL_LAYERS, MEAN, ROLLOUT, sameHead, type Head } from "../../store/attention";
import { draft } from "../../store/draft";
import { hideFirst, run, token } from "../../store/view";
import { Grid } from "./Grid";
import { Large } from "./Large";
import { Note } from "./Note";
import { byWords, held, hold, isEncoderDecoder, onlyMean, shownHead, watched, whole } from "./state";
import { headTitle } from "./titles";
import "./thumbs";
import "./wanting";

export function Attention() {
  if (!token.value || watched.value.length === 0) return <Unwatched />;
  return (
    <div class="attention">
      <div class="controls">
        <Switch of={hideFirst} hook="sink" title={gettext("Leave out the first token")}>
          {gettext("It often takes what a head has no use for. The rest is scaled up to 1 again.")}
        </Switch>
        <Switch of={byWords} hook="words" title={gettext("Words")}>
          {gettext("Tokens gathered to words: the mean of the rows, the sum of the columns.")}
        </Switch>
        {!isEncoderDecoder.value && (
          <Switch of={whole} hook="whole" title={gettext("Prompt rows")}>
            {gettext("The whole square: what the prompt's tokens looked at too. The model is asked for it.")}
          </Switch>
        )}
        <SavePicture what="attention-heads" title={gettext("Layers and heads")} draw={gridOfHeads} />
      </div>
      <div class="attention-body">
        <Overall />
        <Grid />
        {onlyMean.value && <Offer />}
        <Large />
        {isEncoderDecoder.value && (
          <p class="note">
            {gettext(
              "Columns up to the dotted line are what the encoder read (cross-attention), those after it the decoder's own tokens; each part adds up to 1.",
            )}
          </p>
        )}
        <Note />
      </div>
    </div>
  );
}

function Switch({ of, hook, title, children }: { of: Signal<boolean>; hook: string; title: string; children: string }) {
  return (
    <label class="switch" title={children}>
      <input
        type="checkbox"
        role="switch"
        data-testid={`attention-${hook}`}
        checked={of.value}
        onChange={({ currentTarget }) => (of.value = currentTarget.checked)}
      />
      <span>{title}</span>
    </label>
  );
}

/** What is made of all layers. */
function Overall() {
  const choices: Head[] = [{ layer: ALL_LAYERS, head: MEAN }, ...(isEncoderDecoder.value ? [] : [{ layer: ROLLOUT, head: MEAN }])];
  return (
    <div class="overall" role="group" aria-label={gettext("All layers together")}>
      {choices.map((choice) => (
        <button
          type="button"
          class="chip"
          key={choice.layer}
          data-testid={choice.layer === ROLLOUT ? "rollout" : "all-layers"}
          aria-pressed={sameHead(shownHead.value, choice)}
          onClick={() => hold(choice)}
        >
          {headTitle(choice)}
        </button>
      ))}
      <span class="quiet">
        {held.value ? gettext("Held: press the head again to let it go") : gettext("Point at a head to see it, press to hold it")}
      </span>
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
