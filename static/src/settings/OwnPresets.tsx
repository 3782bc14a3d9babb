/** The dialog of the person's own presets: save the settings under a name, rename, replace, delete. */

import { useState } from "preact/hooks";
import type { OwnPreset } from "../boot";
import { fill, gettext } from "../i18n";
import { Dialog } from "../keys/Dialog";
import { closeDialog } from "../keys/open";
import { own, ownOf, remove, rename, replace, save, toSave, trouble } from "./own";

const LONGEST = 60;

export function OwnPresets() {
  return (
    <Dialog label={gettext("Your presets")} hook="presets-dialog">
      <header class="sheet-head">
        <h2>{gettext("Your presets")}</h2>
        <button type="button" class="button small" onClick={closeDialog}>
          {gettext("Close")}
        </button>
      </header>
      <div class="own-presets">
        <Save />
        {trouble.value !== null && (
          <p class="fault" role="alert" data-testid="preset-trouble">
            {trouble.value}
          </p>
        )}
        {own.value.length > 0 && (
          <ul>
            {own.value.map((preset) => (
              <Row key={preset.id} preset={preset} />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function Save() {
  const [name, setName] = useState("");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (name.trim() && (await save(name))) setName("");
  };
  return (
    <form class="share-field" onSubmit={(event) => void submit(event)}>
      <label for="preset-name">{gettext("Save these settings as")}</label>
      <span class="controls">
        <input
          id="preset-name"
          class="number wide"
          maxLength={LONGEST}
          value={name}
          autocomplete="off"
          data-testid="preset-name"
          aria-describedby="preset-note"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" class="button primary" disabled={!name.trim()} data-testid="preset-save">
          {gettext("Save")}
        </button>
      </span>
      <small id="preset-note" class="quiet">
        {gettext("Sampling and penalties are saved. Length, stopping and the seed are left alone.")}
      </small>
    </form>
  );
}

function Row({ preset: { id, name } }: { preset: OwnPreset }) {
  return (
    <li data-testid="preset-row">
      <input
        class="number wide"
        maxLength={LONGEST}
        value={name}
        aria-label={fill(gettext("Name of the preset %(name)s"), { name })}
        onChange={({ currentTarget }) => void renamed(currentTarget, id, name)}
      />
      <button
        type="button"
        class="button small"
        disabled={ownOf(toSave.value) === id}
        title={gettext("Give this preset the settings as they are now")}
        aria-label={fill(gettext("Replace %(name)s by the settings as they are now"), { name })}
        onClick={() => void replace(id)}
      >
        {gettext("Replace")}
      </button>
      <button
        type="button"
        class="button small"
        aria-label={fill(gettext("Delete the preset %(name)s"), { name })}
        onClick={() => void remove(id)}
      >
        {gettext("Delete")}
      </button>
    </li>
  );
}

/** A name that cannot be is put back. */
async function renamed(input: HTMLInputElement, id: string, before: string): Promise<void> {
  if (!input.value.trim() || !(await rename(id, input.value))) input.value = before;
}
