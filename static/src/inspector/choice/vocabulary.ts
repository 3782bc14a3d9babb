/** Looks tokens up in the vocabulary of the model on the screen, by text or by id. Debounced; the last question wins. */

import { effect, signal } from "@preact/signals";
import { Refusal, sentence } from "../../errors";
import { post } from "../../post";
import { run } from "../../store/view";

const CALM_MS = 150;
const MOST = 50;

export interface Entry {
  id: number;
  piece: Uint8Array;
  special: boolean;
}

interface Answer {
  tokens: { id: number; bytes: number[]; special: boolean }[];
  total: number;
}

export interface Result {
  sought: string;
  entries: Entry[];
  total: number;
}

export const sought = signal("");
export const result = signal<Result | null>(null);
export const fault = signal<string | null>(null);

effect(() => {
  const text = sought.value;
  const abort = new AbortController();
  if (text === "") {
    result.value = fault.value = null;
    return;
  }
  const timer = setTimeout(() => void find(text, abort.signal), CALM_MS);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
});

async function find(text: string, signal: AbortSignal): Promise<void> {
  const model = run.peek().model?.name ?? "";
  try {
    const [byId, byText] = await Promise.all([
      /^\d{1,8}$/.test(text) ? ask({ type: "id", model, id: Number(text) }, signal).catch(unlessUnknown) : null,
      ask({ type: "text", model, text, limit: MOST }, signal),
    ]);
    if (signal.aborted) return;
    result.value = joined(text, byId, byText);
    fault.value = null;
  } catch (error) {
    if (signal.aborted) return;
    result.value = null;
    fault.value = error instanceof Refusal && error.errors[0] ? sentence(error.errors[0]) : String(error);
  }
}

const ask = (question: object, signal: AbortSignal): Promise<Answer> =>
  post<Answer>("/prompts/vocabulary", JSON.stringify(question), signal);

/** Digits may be a text without being an id. */
function unlessUnknown(error: unknown): null {
  if (error instanceof Refusal && error.errors[0]?.code === "unknown_token") return null;
  throw error;
}

/** The token with that id first, then those that hold the text. */
function joined(text: string, byId: Answer | null, byText: Answer): Result {
  const first = byId?.tokens ?? [];
  const rest = byText.tokens.filter(({ id }) => first.every((one) => one.id !== id));
  const entries = [...first, ...rest].map(({ id, bytes, special }) => ({ id, special, piece: Uint8Array.from(bytes) }));
  return { sought: text, entries, total: byText.total + first.length };
}
