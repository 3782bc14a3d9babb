/** The run on the screen under other settings: what would differ, and the settings to try. The marks are in the text and under it. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { canBranch } from "../../branching/actions";
import { fill, gettext } from "../../i18n";
import { Bind } from "../../settings/binding";
import { Group } from "../../settings/Group";
import { Presets } from "../../settings/Presets";
import { boot } from "../../store/draft";
import { isLive } from "../../store/run";
import { run } from "../../store/view";
import { Entropy } from "./Entropy";
import { sentenceOf } from "./sentence";
import {
  asksAbout,
  baseline,
  binding,
  changed,
  goOn,
  hopeless,
  loose,
  outcome,
  outcomeChanged,
  outcomeValues,
  pending,
  resetAll,
  retry,
} from "./state";

const SAID_AFTER_MS = 900; // a slider that still moves is not read out

export function WhatIf() {
  if (hopeless.value) return <Hopeless />;
  return (
    <div class="what-if" data-testid="what-if" data-pending={pending.value} data-first={outcome.value?.first ?? undefined}>
      <div class="what-if-head">
        <Summary />
        <GoOn />
        <Troubles />
        <Entropy />
      </div>
      <Bind value={binding}>
        <div class="what-if-controls">
          <Presets />
          <button type="button" class="button small" disabled={changed.value.length === 0} onClick={resetAll}>
            {gettext("As the run was")}
          </button>
        </div>
        <div class="what-if-groups">
          {boot.groups.map(({ name, title }) => {
            const fields = asksAbout.filter(({ group }) => group === name);
            return fields.length > 0 && <Group key={name} title={title} fields={fields} open={name === "sampling"} />;
          })}
        </div>
      </Bind>
    </div>
  );
}

/** Settings would promise an answer: the reason alone is shown. */
const Hopeless = () => (
  <div class="what-if" data-testid="what-if">
    <div class="what-if-trouble hopeless" role="alert">
      {loose.value.map((text) => (
        <p class="fault" key={text}>
          {text}
        </p>
      ))}
    </div>
  </div>
);

/** The run that the settings would really give, from where it parts on. */
function GoOn() {
  const first = outcome.value?.first ?? null;
  return (
    <p class="what-if-go-on">
      <button
        type="button"
        class="button small"
        data-testid="what-if-go-on"
        disabled={first === null || pending.value || !canBranch()}
        onClick={goOn}
      >
        {first === null ? gettext("Continue from the first that differs") : fill(gettext("Continue from step %(step)s"), { step: first })}
      </button>
      <span class="quiet">{gettext("A run of its own, with these settings and the same seed")}</span>
    </p>
  );
}

const summary = (): string => (outcome.value ? sentenceOf(outcome.value, outcomeChanged.value, outcomeValues.value) : "");

function Summary() {
  return (
    <>
      <p class="what-if-summary" data-testid="what-if-summary" data-count={outcome.value?.differing.length}>
        {summary() || (loose.value.length === 0 && gettext("Reading the run again…"))}
      </p>
      {isLive(run.value) && <p class="quiet">{gettext("The run goes on: this is as far as it had got.")}</p>}
      {baseline.value && baseline.value.differs.length > 0 && (
        <p class="note">
          {gettext(
            "Even under its own settings some tokens come out otherwise: this page may not know all of them, or a draw fell on the edge.",
          )}
        </p>
      )}
      <Spoken />
    </>
  );
}

/** What is read out: the summary, once it has come to rest. */
function Spoken() {
  const text = useSignal("");
  useSignalEffect(() => {
    const next = summary();
    const timer = setTimeout(() => (text.value = next), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="visually-hidden" role="status">
      {text.value}
    </p>
  );
}

function Troubles() {
  if (loose.value.length === 0) return null;
  return (
    <div class="what-if-trouble" role="alert">
      {loose.value.map((text) => (
        <p class="fault" key={text}>
          {text}
        </p>
      ))}
      <button type="button" class="button small" onClick={retry}>
        {gettext("Ask again")}
      </button>
    </div>
  );
}
