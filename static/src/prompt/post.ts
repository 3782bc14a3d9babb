/** One question to the server about tokens, over HTTP. Knows no signal. */

import { Refusal } from "../errors";
import type { ErrorInfo } from "../protocol/generated";

/** Raises `Refusal` with what the server said. */
export async function post<T>(body: string, signal?: AbortSignal): Promise<T> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const response = await fetch("/prompts/tokens", { method: "POST", headers, body, signal: signal ?? null });
  const said = (await response.json()) as T & { errors?: ErrorInfo[] };
  if (said.errors) throw new Refusal(said.errors);
  return said;
}

const csrfToken = (): string => document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";

const MOST_AFTER = 64; // as the server takes them: enough to tell what a text continues

/** The tokens that spell exactly `text` after the tokens `before`. Raises `Refusal` where the tokenizer has none. */
export const tokensAfter = (model: string, before: readonly number[], text: string): Promise<{ ids: number[] }> =>
  post(JSON.stringify({ type: "continuation", model, after: before.slice(-MOST_AFTER), text }));
