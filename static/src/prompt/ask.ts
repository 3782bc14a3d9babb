/** Asks the server what a prompt is to the model: its tokens, and the text that a conversation becomes. Debounced, the last question wins. */

import { computed, effect, signal } from "@preact/signals";
import type { Message } from "../boot";
import { Refusal } from "../errors";
import type { ErrorInfo } from "../protocol/generated";
import { draft, mode, modeOf, type Draft } from "../store/draft";
import { post } from "./post";
import type { Encoded } from "./segments";

const CALM_MS = 120; // between the last key and the question

type Question = { type: "text"; model: string; prompt: string } | { type: "chat"; model: string; messages: Message[] };

export interface Answer extends Encoded {
  question: string; // what was asked, word for word
  context: number | null;
}

const questionOf = (wanted: Draft): Question =>
  modeOf(wanted) === "chat"
    ? { type: "chat", model: wanted.model, messages: wanted.messages }
    : { type: "text", model: wanted.model, prompt: wanted.prompt };

const question = computed(() => JSON.stringify(questionOf(draft.value)));

/** The newest answer, to the present question or to one just before it. */
export const answer = signal<Answer | null>(null);
export const refusal = signal<ErrorInfo | null>(null);
/** What keeps the prompt from being run. That a text's tokens cannot be told here does not: the worker will tell them. */
export const obstacle = computed(() => {
  const code = refusal.value?.code ?? "rate_limited";
  return code === "rate_limited" || (code === "no_tokenizer" && mode.value === "complete") ? null : refusal.value;
});
export const isFresh = computed(() => answer.value?.question === question.value);

effect(() => {
  const asked = question.value;
  const abort = new AbortController();
  const timer = setTimeout(() => void keep(asked, abort.signal), answer.peek() ? CALM_MS : 0);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
});

async function keep(asked: string, signal: AbortSignal): Promise<void> {
  try {
    answer.value = await ask(asked, signal);
    refusal.value = null;
  } catch (error) {
    if (signal.aborted) return;
    refusal.value = error instanceof Refusal ? (error.errors[0] ?? null) : null;
    if (refusal.value?.code !== "rate_limited") answer.value = null;
  }
}

/** The prompt of `wanted` as the model gets it. Raises `Refusal`. */
export async function rendered(wanted: Draft): Promise<Answer> {
  const asked = JSON.stringify(questionOf(wanted));
  const known = answer.peek();
  return known?.question === asked ? known : ask(asked);
}

const ask = async (asked: string, signal?: AbortSignal): Promise<Answer> => ({
  ...(await post<Omit<Answer, "question">>(asked, signal)),
  question: asked,
});
