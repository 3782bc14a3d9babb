/** Below the prompt: how full it makes the context, and what is shown of its tokens. */

import { fill, gettext } from "../i18n";
import { compact, count } from "../numbers";
import { answer, isFresh, refusal } from "./ask";
import { borders, type Borders } from "./state";

export const Foot = () => (
  <div class="prompt-foot">
    <Count />
    <BordersChoice />
  </div>
);

/** Of the last answer; while the next one is on its way it stays, paler. */
function Count() {
  if (!answer.value)
    return <span class="quiet">{refusal.value?.code === "no_tokenizer" && gettext("The tokens are told when the run begins.")}</span>;
  const { ids, context } = answer.value;
  const full = context !== null && ids.length >= context;
  return (
    <span class={full ? "prompt-count full" : "prompt-count"} data-testid="prompt-count" data-fresh={isFresh.value}>
      {context !== null && (
        <progress value={Math.min(ids.length, context)} max={context} aria-label={gettext("Context taken by the prompt")} />
      )}
      <span class="figures">
        {context === null
          ? count(ids.length)
          : fill(gettext("%(count)s of %(context)s tokens"), { count: count(ids.length), context: compact(context) })}
      </span>
    </span>
  );
}

function BordersChoice() {
  const titles: Record<Borders, string> = { off: gettext("Plain"), tokens: gettext("Tokens"), ids: gettext("Ids") };
  return (
    <fieldset class="segmented borders">
      <legend class="visually-hidden">{gettext("What is shown of the prompt's tokens")}</legend>
      {Object.entries(titles).map(([name, title]) => (
        <label key={name}>
          <input
            type="radio"
            name="borders"
            value={name}
            checked={borders.value === name}
            onChange={() => (borders.value = name as Borders)}
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}
