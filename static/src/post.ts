/** Asks the site something over HTTP. Knows no question. */

import { Refusal } from "./errors";
import type { ErrorInfo } from "./protocol/generated";

/** What the site answers to `body`, which is JSON. Raises `Refusal`. */
export async function post<T>(path: string, body: string, signal?: AbortSignal): Promise<T> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const response = await fetch(path, { method: "POST", headers, body, signal: signal ?? null });
  const said = (await response.json()) as T & { errors?: ErrorInfo[] };
  if (said.errors) throw new Refusal(said.errors);
  return said;
}

const csrfToken = (): string => document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
