/** Asks the site something over HTTP. Knows no question. */

import { Refusal } from "./errors";
import type { ErrorInfo } from "./protocol/generated";

/** What the site answers to `body`, which is JSON. Raises `Refusal`. */
export const post = <T>(path: string, body: string, signal?: AbortSignal): Promise<T> => call<T>("POST", path, body, signal);

/** What the site answers; null where it says nothing. `body`: JSON, or a form. Raises `Refusal`. */
export async function call<T>(method: string, path: string, body?: string | FormData, signal?: AbortSignal): Promise<T> {
  const kind: Record<string, string> = typeof body === "string" ? { "Content-Type": "application/json" } : {};
  const response = await fetch(path, {
    method,
    headers: { ...kind, "X-CSRFToken": csrfToken() },
    body: body ?? null,
    signal: signal ?? null,
  });
  const said = (response.status === 204 ? null : await response.json()) as T & { errors?: ErrorInfo[] };
  if (said?.errors) throw new Refusal(said.errors);
  return said;
}

const csrfToken = (): string => document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
