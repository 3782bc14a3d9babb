/** What the share dialog changes, at once, of the session that the page works on. */

import { signal } from "@preact/signals";
import { told } from "../errors";
import { dialog } from "../keys/open";
import { changeSession, fetchSession, pageAddress, type Change, type NotedSession } from "./api";
import { work } from "./work";

export const shared = signal<NotedSession | null>(null);
export const shareProblem = signal<string | null>(null);

export type Term = "never" | "day" | "week";
const DAY_MS = 24 * 3600 * 1000;

/** Until when a link works that is given `term` at `now` (ms since 1970). */
export const until = (term: Term, now: number): string | null =>
  term === "never" ? null : new Date(now + (term === "day" ? 1 : 7) * DAY_MS).toISOString();

export const linkOf = ({ id }: NotedSession): string => location.origin + pageAddress(id);

/** What another site's page holds to show the session. */
export function snippetOf({ id, title }: Pick<NotedSession, "id" | "title">, origin = location.origin): string {
  const named = (title || "Logitscope").replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<iframe src="${origin}/embed/${encodeURIComponent(id)}" title="${named}" width="100%" height="720" style="border: 0" loading="lazy"></iframe>`;
}

export async function openShare(): Promise<void> {
  const session = work.peek()?.session;
  if (!session) return;
  shared.value = null;
  shareProblem.value = null;
  dialog.value = "share";
  await keeping(() => fetchSession(session));
}

/** Changes the session on the server; the dialog then shows what the server says. */
export async function change(part: Change): Promise<void> {
  const session = shared.peek();
  if (session) await keeping(() => changeSession(session.id, part));
}

async function keeping(ask: () => Promise<NotedSession>): Promise<void> {
  try {
    shared.value = await ask();
    shareProblem.value = null;
  } catch (error) {
    shareProblem.value = told(error);
  }
}
