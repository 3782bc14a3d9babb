/** The bar on top: what runs, how fast, and go. */

import { ExportMenu } from "../export/ExportMenu";
import { fill, gettext } from "../i18n";
import { bytes, compact } from "../numbers";
import { boot, change, draft, faults, model } from "../store/draft";
import { ForkButton, NewButton } from "../work/Buttons";
import { begin } from "../work/open";
import { ShareButton } from "../work/Share";
import { Locked } from "../work/Locked";
import { readOnly } from "../work/work";
import { AccountMenu } from "./AccountMenu";
import { KeysButton } from "./KeysButton";
import { Language } from "./Language";
import { Mark } from "./Mark";
import { RunButtons } from "./RunButtons";
import { SettingsButton } from "./SettingsButton";
import { Speed } from "./Speed";
import { ThemeButton } from "./ThemeButton";

export function Bar() {
  return (
    <header class="bar">
      <SettingsButton />
      <h1 class="wordmark">
        <Mark /> Logitscope
      </h1>
      <ModelPicker />
      <Speed />
      {readOnly.value ? <ForkButton /> : <RunButtons />}
      <span class="bar-end">
        <NewButton act={begin} />
        <ShareButton />
        <a
          class="icon"
          href="/compare"
          data-testid="compare"
          aria-label={gettext("Compare settings or models side by side")}
          title={gettext("Compare settings or models side by side")}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <rect x="1.5" y="2.5" width="5" height="11" rx="1" />
            <rect x="9.5" y="2.5" width="5" height="11" rx="1" />
            <path d="M3.5 5.5h1m-1 2.5h1m7-2.5h1m-1 2.5h1m-1 2.5h1" />
          </svg>
        </a>
        <ExportMenu />
        <KeysButton />
        <ThemeButton />
        <Language />
        <AccountMenu />
      </span>
    </header>
  );
}

function ModelPicker() {
  const fault = faults.value.model;
  return (
    <div class="model">
      <Locked>
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
      </Locked>
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
