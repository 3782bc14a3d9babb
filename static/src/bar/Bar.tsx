/** The bar on top: what runs, how fast, and go. */

import { ExportMenu } from "../export/ExportMenu";
import { fill, gettext } from "../i18n";
import { openSheet } from "../keys/open";
import { bytes, compact } from "../numbers";
import { boot, change, draft, faults, model } from "../store/draft";
import { settingsOpen } from "../store/view";
import { Language } from "./Language";
import { RunButtons } from "./RunButtons";
import { ThemeButton } from "./ThemeButton";

export function Bar() {
  return (
    <header class="bar">
      <button
        type="button"
        class="icon settings-button"
        aria-label={gettext("Settings")}
        aria-expanded={settingsOpen.value}
        aria-controls="settings"
        onClick={() => (settingsOpen.value = !settingsOpen.value)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 4.5h6m4 0h2M2 11.5h2m4 0h6" />
          <circle cx="10" cy="4.5" r="1.8" />
          <circle cx="6" cy="11.5" r="1.8" />
        </svg>
      </button>
      <h1 class="wordmark">
        <Mark /> Logitscope
      </h1>
      <ModelPicker />
      <Speed />
      <RunButtons />
      <span class="bar-end">
        <ExportMenu />
        <button
          type="button"
          class="icon keys-button"
          aria-label={gettext("All keys")}
          title={gettext("All keys")}
          aria-keyshortcuts="?"
          onClick={openSheet}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <rect x="1.5" y="4" width="13" height="8" rx="1.5" />
            <path d="M4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.7 6.5h.01M5 9.5h6" />
          </svg>
        </button>
        <ThemeButton />
        <Language />
      </span>
    </header>
  );
}

/** A distribution, one bar of it chosen. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
    <rect x="2" y="11" width="3.2" height="7" rx="1" />
    <rect class="mark-chosen" x="6.4" y="2" width="3.2" height="16" rx="1" />
    <rect x="10.8" y="8" width="3.2" height="10" rx="1" />
    <rect x="15.2" y="14" width="3.2" height="4" rx="1" />
  </svg>
);

function ModelPicker() {
  const fault = faults.value.model;
  return (
    <div class="model">
      <select
        class="select"
        aria-label={gettext("Model")}
        aria-invalid={fault !== undefined}
        aria-describedby="model-facts"
        value={draft.value.model}
        onChange={({ currentTarget }) => change({ model: currentTarget.value })}
      >
        {boot.models.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <span class="model-facts" id="model-facts">
        {fault ? <span class="fault">{fault}</span> : facts()}
      </span>
    </div>
  );
}

function facts(): string {
  if (boot.models.length === 0) return gettext("No model is installed. Add one with: manage.py addmodel");
  const { layers, heads, vocab_size: vocabulary, context, weight_bytes: size } = model.value ?? {};
  return [
    layers && heads && fill(gettext("%(layers)s layers × %(heads)s heads"), { layers, heads }),
    vocabulary && fill(gettext("%(count)s tokens known"), { count: compact(vocabulary) }),
    context && fill(gettext("context %(count)s"), { count: compact(context) }),
    size && bytes(size),
  ]
    .filter(Boolean)
    .join(" · ");
}

function Speed() {
  const speeds: (number | null)[] = [...boot.speeds, null];
  return (
    <fieldset class="segmented speed">
      <legend class="visually-hidden">{gettext("Speed in tokens per second")}</legend>
      {speeds.map((speed) => (
        <label
          key={String(speed)}
          title={speed === null ? gettext("As fast as it goes") : fill(gettext("%(count)s tokens per second"), { count: speed })}
        >
          <input type="radio" name="speed" value={String(speed)} checked={draft.value.speed === speed} onChange={() => change({ speed })} />
          <span>{speed === null ? gettext("Full") : `${speed}/s`}</span>
        </label>
      ))}
    </fieldset>
  );
}
