/** One question to the server about tokens, over HTTP. Knows no signal. */

import { post as postTo } from "../post";

/** Raises `Refusal` with what the server said. */
export const post = <T>(body: string, signal?: AbortSignal): Promise<T> => postTo<T>("/prompts/tokens", body, signal);

const MOST_AFTER = 64; // as the server takes them: enough to tell what a text continues

/** The tokens that spell exactly `text` after the tokens `before`. Raises `Refusal` where the tokenizer has none. */
export const tokensAfter = (model: string, before: readonly number[], text: string): Promise<{ ids: number[] }> =>
  post(JSON.stringify({ type: "continuation", model, after: before.slice(-MOST_AFTER), text }));
