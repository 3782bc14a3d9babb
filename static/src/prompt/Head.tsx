/** Above the prompt: complete or chat, beginnings to try, how full the context is, and what is shown of the tokens. */

import { group } from "d3-array";
import type { Starter } from "../boot";
import { fill, gettext } from "../i18n";
import { compact, count } from "../numbers";
import { boot, change, mode, model, type Mode } from "../store/draft";
import { answer, isFresh } from "./ask";
import { borders, type Borders } from "./state";

export function Head() {
  return (
    <header class="prompt-head">
      <h2 class="visually-hidden">{gettext("Prompt")}</h2>
      <Modes />
      <Starters />
      <Count />
      <BordersChoice />
    </header>
  );
}

function Modes() {
  const titles: Record<Mode, string> = { complete: gettext("Complete"), chat: gettext("Chat") };
  const possible = model.value?.chat ?? false;
  return (
    <>
      <fieldset class="segmented">
        <legend class="visually-hidden">{gettext("What the model does with the prompt")}</legend>
        {Object.entries(titles).map(([name, title]) => (
          <label key={name}>
            <input
              type="radio"
              name="mode"
              value={name}
              checked={mode.value === name}
              disabled={name === "chat" && !possible}
              aria-describedby={name === "chat" && !possible ? "no-chat" : undefined}
              onChange={() => change({ mode: name as Mode })}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      {!possible && (
        <span class="quiet no-chat" id="no-chat">
          {gettext("This model has no chat template.")}
        </span>
      )}
    </>
  );
}

const languageName = (code: string): string => boot.languages.find(([other]) => other === code)?.[1] ?? code;

/** A select that always shows its name: choosing does something and chooses nothing. */
function Starters() {
  const groups = group(
    boot.starters.filter(({ messages }) => messages.length === 0 || model.value?.chat),
    ({ language }) => language,
  );
  return (
    <select
      class="select small starters"
      aria-label={gettext("Start with")}
      data-testid="starters"
      value=""
      onChange={({ currentTarget }) => {
        const [language, name] = currentTarget.value.split(" ");
        currentTarget.value = "";
        const chosen = boot.starters.find((starter) => starter.language === language && starter.name === name);
        if (chosen) take(chosen);
      }}
    >
      <option value="">{gettext("Start with …")}</option>
      {[...groups].map(([language, starters]) => (
        <optgroup key={language} label={languageName(language)}>
          {starters.map(({ name, title }) => (
            <option key={name} value={`${language} ${name}`}>
              {title}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

export function take({ prompt, messages }: Starter): void {
  if (messages.length) change({ mode: "chat", messages });
  else change({ mode: "complete", prompt });
}

/** Of the last answer; while the next one is on its way it stays, paler. */
function Count() {
  if (!answer.value) return null;
  const { ids, context } = answer.value;
  const full = context !== null && ids.length >= context;
  const title = context === null ? "" : fill(gettext("%(count)s of the %(context)s tokens of the context"), { count: count(ids.length), context: count(context) });
  return (
    <span class={full ? "prompt-count full" : "prompt-count"} data-testid="prompt-count" data-fresh={isFresh.value} title={title}>
      {context !== null && <progress value={Math.min(ids.length, context)} max={context} aria-label={gettext("Context taken by the prompt")} />}
      <span class="figures">
        {count(ids.length)}
        {context !== null && <span class="quiet"> / {compact(context)}</span>}
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
          <input type="radio" name="borders" value={name} checked={borders.value === name} onChange={() => (borders.value = name as Borders)} />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}
