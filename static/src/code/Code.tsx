/** This run, or the one that would start now, as a program for other engines. */

import { signal } from "@preact/signals";
import { gettext } from "../i18n";
import type { Started } from "../protocol/generated";
import { textOf } from "../tokens/pieces";
import { asked, boot, draft, fields, modeOf } from "../store/draft";
import { kept } from "../store/kept";
import { run } from "../store/view";
import { spans } from "./highlight";
import type { Language } from "./literals";
import { llamaCli, llamaCppPython } from "./llamacpp";
import { curl, openaiClient } from "./openai";
import { transformers } from "./transformers";
import { vllm } from "./vllm";
import { wantedOf, type Begun, type Wanted } from "./wanted";

const ENGINES: Record<string, { title: string; language: Language; write: (wanted: Wanted) => string; own?: true }> = {
  transformers: { title: "transformers", language: "python", write: transformers },
  vllm: { title: "vLLM", language: "python", write: vllm },
  llamacpp: { title: "llama-cpp-python", language: "python", write: llamaCppPython },
  llamacli: { title: "llama.cpp", language: "shell", write: llamaCli },
  openai: { title: "openai", language: "python", write: openaiClient, own: true },
  curl: { title: "curl", language: "shell", write: curl, own: true },
};
const chosen = kept("codeEngine", "transformers");
const copied = signal<string | null>(null); // the code that was copied last

function wanted(): Wanted {
  const from = asked.value ?? draft.value;
  const { model, started } = run.value;
  return wantedOf(from, modeOf(from) === "chat", {
    origin: location.origin,
    fields,
    model: boot.models.find(({ name }) => name === from.model) ?? null,
    dtype: model?.dtype ?? "float32",
    seed: asked.value ? (started?.seed ?? null) : null,
    eos: model?.eos_token_ids ?? [],
    begun: asked.value && started && started.output_ids.length > 0 ? begunOf(started) : null,
  });
}

const begunOf = ({ prompt_ids: promptIds, output_ids: ids, output_pieces: pieces }: Started): Begun => {
  const text = textOf(pieces);
  return { promptIds, ids, text: text.includes("\ufffd") ? null : text };
};

export function Code() {
  const engine = ENGINES[chosen.value] ?? ENGINES.transformers;
  if (!engine) return null;
  const code = engine.write(wanted());
  return (
    <div class="code">
      <div class="controls">
        <Engines />
        <button type="button" class="button small" data-testid="copy-code" onClick={() => void copy(code)}>
          {copied.value === code ? gettext("Copied") : gettext("Copy")}
        </button>
      </div>
      <p class="quiet">{engine.own ? ofThisSite() : ofAnother()}</p>
      <pre class="code-text" tabIndex={0} data-testid="code">
        <code>
          {spans(code, engine.language).map(({ kind, text }, k) =>
            kind === "plain" ? (
              text
            ) : (
              <span key={k} class={kind}>
                {text}
              </span>
            ),
          )}
        </code>
      </pre>
    </div>
  );
}

const ofThisSite = (): string => gettext("Through this site’s own API, which knows every setting: the same seed gives the same tokens.");

const ofAnother = (): string =>
  [
    asked.value ? gettext("The run on the screen, for another engine.") : gettext("What would run now, for another engine."),
    gettext("A comment names every setting that the engine cannot express."),
  ].join(" ");

async function copy(code: string): Promise<void> {
  // Outside HTTPS and localhost, as in a classroom's network, the page has no clipboard: then the browser copies a selection.
  if (navigator.clipboard) await navigator.clipboard.writeText(code);
  else copySelection();
  copied.value = code;
}

function copySelection(): void {
  const text = document.querySelector(".code-text");
  if (text) getSelection()?.selectAllChildren(text);
  document.execCommand("copy");
}

const Engines = () => (
  <fieldset class="segmented">
    <legend class="visually-hidden">{gettext("Engine")}</legend>
    {Object.entries(ENGINES).map(([name, { title }]) => (
      <label key={name}>
        <input type="radio" name="engine" value={name} checked={chosen.value === name} onChange={() => (chosen.value = name)} />
        <span>{title}</span>
      </label>
    ))}
  </fieldset>
);
