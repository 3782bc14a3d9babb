/** Above the prompt: complete or chat, and beginnings to try. */

import { group } from "d3-array";
import type { Starter } from "../boot";
import { gettext } from "../i18n";
import { Menu } from "../menu/Menu";
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

function Starters() {
  const groups = group(
    boot.starters.filter(({ messages }) => messages.length === 0 || model.value?.chat),
    ({ language }) => language,
  );
  const items = (starters: Starter[]) => starters.map((starter) => ({ key: starter.name, title: starter.title, act: () => take(starter) }));
  return (
    <Menu
      label={gettext("Start with")}
      hook="starters"
      class="button small starters"
      groups={[...groups].map(([language, starters]) => ({ key: language, title: languageName(language), items: items(starters) }))}
    >
      {gettext("Start with …")}
    </Menu>
  );
}

export function take({ prompt, messages }: Starter): void {
  if (messages.length) change({ mode: "chat", messages });
  else change({ mode: "complete", prompt });
}
