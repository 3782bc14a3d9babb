/** Above the prompt: complete or chat, and beginnings to try. */

import { group } from "d3-array";
import type { Starter } from "../boot";
import { gettext } from "../i18n";
import { boot, change, mode, model, type Mode } from "../store/draft";

export function Head() {
  return (
    <header class="prompt-head">
      <h2 class="visually-hidden">{gettext("Prompt")}</h2>
      <Modes />
      <Starters />
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
