/** The prompt: grows with its text, runs on Ctrl+Enter. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { gettext } from "./i18n";
import { startOrShowFault } from "./start";
import { change, draft, faults } from "./store/draft";

export function Prompt() {
  const area = useRef<HTMLTextAreaElement>(null);
  const fault = faults.value.prompt;
  const { prompt } = draft.value;
  useLayoutEffect(() => fit(area.current), [prompt]);
  return (
    <section class={fault ? "pane prompt faulty" : "pane prompt"} aria-label={gettext("Prompt")}>
      <label for="prompt" class="visually-hidden">
        {gettext("Prompt")}
      </label>
      <textarea
        id="prompt"
        ref={area}
        data-testid="prompt"
        rows={2}
        spellcheck={false}
        placeholder={gettext("Write the beginning; the model goes on.")}
        aria-invalid={fault !== undefined}
        aria-describedby={fault ? "prompt-fault" : undefined}
        value={prompt}
        onInput={({ currentTarget }) => change({ prompt: currentTarget.value })}
        onKeyDown={runOnEnter}
      />
      {fault && (
        <p class="fault" id="prompt-fault">
          {fault}
        </p>
      )}
    </section>
  );
}

/** The style sheet bounds the height; beyond that the text scrolls. */
function fit(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function runOnEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.stopPropagation();
  startOrShowFault();
}
