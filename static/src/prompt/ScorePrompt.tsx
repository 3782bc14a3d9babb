/** Scores the prompt of the run on the screen on request: its tokens take the colours of the output, and its perplexity is named. */

import { computed, signal } from "@preact/signals";
import { Refusal, sentence } from "../errors";
import { fill, gettext } from "../i18n";
import { number } from "../numbers";
import type { ReadToken } from "../protocol/generated";
import { inquire } from "../session";
import { run } from "../store/view";
import { asksNothing } from "../work/work";
import { believed, perplexity } from "./score";

const reading = signal<{ run: string; tokens: ReadToken[] } | null>(null);
const asking = signal(false);
const refused = signal<{ run: string; why: string } | null>(null);

const scored = computed(() => (reading.value?.run === run.value.id ? reading.value.tokens : null));
export const believedPrompt = computed(() => scored.value && believed(scored.value));

async function score(): Promise<void> {
  const { id, started } = run.value;
  if (!id || !started) return;
  asking.value = true;
  try {
    const answer = await inquire({ type: "score" });
    if (answer.type === "reading") reading.value = { run: id, tokens: answer.tokens.slice(0, started.prompt_ids.length) };
  } catch (error) {
    refused.value = { run: id, why: error instanceof Refusal && error.errors[0] ? sentence(error.errors[0]) : String(error) };
  } finally {
    asking.value = false;
  }
}

export function ScorePrompt() {
  const { id, started, tokens } = run.value;
  if (!started || started.model.encoder_decoder || asksNothing.value) return null; // an encoder reads the prompt and predicts none of it
  const value = scored.value && perplexity(scored.value);
  return (
    <p class="score-line" data-testid="prompt-score" data-perplexity={value ?? undefined}>
      {scored.value ? (
        <span class="figures" title={gettext("How many tokens the model was undecided between, on average: 1 is certainty.")}>
          {value === null
            ? gettext("A single token cannot be scored.")
            : fill(gettext("Prompt: perplexity %(value)s"), { value: number(value) })}
        </span>
      ) : (
        <button type="button" class="chip" disabled={asking.value || tokens.length === 0} onClick={() => void score()}>
          {gettext("Score the prompt")}
        </button>
      )}
      {refused.value?.run === id && <span class="fault">{refused.value.why}</span>}
    </p>
  );
}
