/** Where the teacher sets a game up: which one, the beginning, and the values or the texts by people. */

import { computed, signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import { Choices } from "../controls/Choices";
import { draft, fields, specOf } from "../store/draft";
import { drawer } from "./drawer";
import { examplesIn } from "./examples";
import { alone, FEWEST, FIRST_VALUES, MOST, MOST_CHARACTERS, MOST_TOKENS, SETTINGS, specFor, type Setting } from "./guessing";
import { settingTitle } from "./GameTexts";
import { gameOn, isAsked, room, tell } from "./room";

type Kind = "match" | "odd";
const kind = signal<Kind>("match");
const typed = signal<string | null>(null);
const prompt = computed(() => typed.value ?? draft.value.prompt);
const setting = signal<Setting>("temperature");
const values = signal<string[]>(FIRST_VALUES.temperature.map(String));
const texts = signal<string[]>([""]);
const tokens = signal("40");
const nothingElse = signal(true);
const busy = signal(false);

export function GameForm() {
  return (
    <form
      class="drawer game-setup"
      data-testid="game-form"
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <Choices
        name="game-kind"
        label={gettext("Game")}
        all={[
          ["match", gettext("Match the setting")],
          ["odd", gettext("Odd one out")],
        ]}
        chosen={kind}
      />
      <p class="quiet">
        {kind.value === "match"
          ? gettext("The model goes on from one beginning under several values of one setting; the class finds out which value wrote what.")
          : gettext("The model goes on from one beginning, and so have people; the class finds the model’s text among theirs.")}
      </p>
      <Beginning />
      {kind.value === "match" ? <ValuesOf /> : <TextsBy />}
      <div class="game-row">
        <label>
          {gettext("Tokens of a text")}
          <input
            type="number"
            class="number"
            min={1}
            max={MOST_TOKENS}
            required
            value={tokens.value}
            data-testid="game-tokens"
            onInput={({ currentTarget }) => (tokens.value = currentTarget.value)}
          />
        </label>
        {kind.value === "match" && (
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              checked={nothingElse.value}
              data-testid="game-alone"
              onChange={({ currentTarget }) => (nothingElse.value = currentTarget.checked)}
            />
            {gettext("All other settings off")}
          </label>
        )}
        <button type="submit" class="button small primary" disabled={busy.value || isAsked.value || gameOn.value} data-testid="game-begin">
          {gettext("Let the model write")}
        </button>
      </div>
    </form>
  );
}

function Beginning() {
  const examples = kind.value === "odd" ? examplesIn(room.value?.language ?? "en") : [];
  const starters = kind.value === "match" ? (room.value?.prompts ?? []) : [];
  return (
    <div class="game-field">
      <label for="game-prompt">{gettext("The beginning")}</label>
      {(examples.length > 0 || starters.length > 0) && (
        <div class="game-chips" role="group" aria-label={gettext("Ready to take")}>
          {starters.map((text) => (
            <button type="button" class="chip" key={text} title={text} onClick={() => (typed.value = text)}>
              {text}
            </button>
          ))}
          {examples.map((example, place) => (
            <button
              type="button"
              class="chip"
              key={place}
              data-testid="game-example"
              onClick={() => {
                typed.value = example.prompt;
                texts.value = [...example.texts];
              }}
            >
              {fill(gettext("Example %(number)s"), { number: place + 1 })}
            </button>
          ))}
        </div>
      )}
      <textarea
        id="game-prompt"
        class="text"
        rows={2}
        required
        maxLength={MOST_CHARACTERS}
        value={prompt.value}
        data-testid="game-prompt"
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
      />
    </div>
  );
}

function ValuesOf() {
  const bounds = fields.find(({ name }) => name === setting.value);
  const set = (place: number, value: string) => (values.value = values.value.map((each, at) => (at === place ? value : each)));
  return (
    <div class="game-row" role="group" aria-label={gettext("Values")}>
      <select
        class="select small"
        aria-label={gettext("Setting")}
        value={setting.value}
        data-testid="game-setting"
        onChange={({ currentTarget }) => {
          setting.value = currentTarget.value as Setting;
          values.value = FIRST_VALUES[setting.value].map(String);
        }}
      >
        {SETTINGS.map((name) => (
          <option key={name} value={name}>
            {settingTitle(name)}
          </option>
        ))}
      </select>
      {values.value.map((value, place) => (
        <input
          key={place}
          type="number"
          class="number"
          required
          step={bounds?.kind === "integer" ? 1 : "any"}
          min={bounds?.bounds.minimum}
          max={bounds?.bounds.maximum}
          aria-label={fill(gettext("Value %(number)s"), { number: place + 1 })}
          value={value}
          data-testid="game-value"
          onInput={({ currentTarget }) => set(place, currentTarget.value)}
        />
      ))}
      <More count={values.value.length} fewest={FEWEST} most={MOST} change={(count) => (values.value = resized(values.value, count))} />
    </div>
  );
}

function TextsBy() {
  const set = (place: number, text: string) => (texts.value = texts.value.map((each, at) => (at === place ? text : each)));
  return (
    <div class="game-field game-people" role="group" aria-label={gettext("Texts by people")}>
      {texts.value.map((text, place) => (
        <label key={place}>
          {fill(gettext("How a person went on (%(number)s)"), { number: place + 1 })}
          <textarea
            class="text"
            rows={2}
            required
            maxLength={MOST_CHARACTERS}
            value={text}
            data-testid="game-human"
            onInput={({ currentTarget }) => set(place, currentTarget.value)}
          />
        </label>
      ))}
      <More
        count={texts.value.length}
        fewest={FEWEST - 1}
        most={MOST - 1}
        change={(count) => (texts.value = resized(texts.value, count))}
      />
    </div>
  );
}

interface MoreProps {
  count: number;
  fewest: number;
  most: number;
  change: (count: number) => void;
}

const More = ({ count, fewest, most, change }: MoreProps) => (
  <span class="console-group">
    <button type="button" class="button small" disabled={count >= most} data-testid="game-more" onClick={() => change(count + 1)}>
      {gettext("One more")}
    </button>
    <button type="button" class="button small" disabled={count <= fewest} onClick={() => change(count - 1)}>
      {gettext("One less")}
    </button>
  </span>
);

const resized = (all: string[], count: number): string[] => Array.from({ length: count }, (_, place) => all[place] ?? "");

async function begin(): Promise<void> {
  const asked = specFor(specOf(draft.value, null), prompt.value, Number(tokens.value));
  const spec = kind.value === "match" && nothingElse.value ? { ...asked, sampling: alone(fields, asked.sampling ?? {}) } : asked;
  busy.value = true;
  const begun = await tell(
    kind.value === "match"
      ? { type: "game_match", spec, setting: setting.value, values: values.value.map(Number) }
      : { type: "game_odd", spec, texts: texts.value },
  );
  busy.value = false;
  if (begun) drawer.value = null;
}
