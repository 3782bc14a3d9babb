/** The list on the page, and what is done to what was chosen of it. */

import { batch, signal } from "@preact/signals";
import { told } from "../errors";
import { call } from "../post";
import { changeSession, pageAddress, type Session, type SessionRow } from "../work/api";

export const isGallery = location.pathname.startsWith("/gallery");

interface Listed {
  sessions: SessionRow[];
  total: number;
  page: number;
  pages: number;
}

export const listed = signal<Listed | null>(null);
export const query = signal("");
export const page = signal(1);
export const chosen = signal<ReadonlySet<string>>(new Set());
export const trouble = signal<string | null>(null);

let asked = 0;

/** Fetches the list; an answer that another question has overtaken is dropped. */
export async function load(): Promise<void> {
  const mine = ++asked;
  const wanted = new URLSearchParams({ page: String(page.peek()), ...(isGallery ? {} : { query: query.peek() }) });
  await trying(async () => {
    const found = await call<Listed>("GET", `/api/${isGallery ? "gallery" : "sessions"}?${wanted}`);
    if (mine !== asked) return;
    batch(() => {
      listed.value = found;
      chosen.value = new Set();
    });
  });
}

export function search(text: string): void {
  query.value = text;
  page.value = 1;
  void load();
}

export function turn(to: number): void {
  page.value = to;
  void load();
}

export function choose(id: string, on: boolean): void {
  const next = new Set(chosen.peek());
  if (on) next.add(id);
  else next.delete(id);
  chosen.value = next;
}

export const rename = (id: string, title: string): Promise<void> => trying(async () => show(await changeSession(id, { title })));

/** The list shows what the server now has. */
function show({ id, title, tags }: SessionRow): void {
  if (!listed.peek()) return;
  const sessions = listed.peek()!.sessions.map((row) => (row.id === id ? { ...row, title, tags } : row));
  listed.value = { ...listed.peek()!, sessions };
}

export const retag = (id: string, tags: string[]): Promise<void> => trying(async () => show(await changeSession(id, { tags })));

export const deleteChosen = (): Promise<void> =>
  trying(async () => {
    await call("POST", "/api/sessions/delete", JSON.stringify({ ids: [...chosen.peek()] }));
    await load();
  });

export const importFile = (file: File): Promise<void> =>
  trying(async () => {
    const form = new FormData();
    form.append("file", file);
    location.href = pageAddress((await call<Session>("POST", "/api/sessions/import", form)).id);
  });

async function trying(act: () => Promise<void>): Promise<void> {
  try {
    await act();
    trouble.value = null;
  } catch (error) {
    trouble.value = told(error);
  }
}
