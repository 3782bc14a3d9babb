/** What the runs of a stored session were asked for, as the page would have asked. */

import type { Message } from "../boot";
import { restored, type Draft } from "../store/draft";
import type { Session, StoredRun } from "./api";

/** The page's own state as `save.ts` writes it; whatever another client may have put there. */
export interface Saved {
  page?: Draft;
  branches?: unknown;
  comparison?: unknown;
}

export const savedOf = ({ draft }: Session): Saved => draft as Saved;

/** What each run of `session` was asked for, by its id. A run with only token ids has the prompt of the run that it came of. */
export function askedOf(session: Session): Map<string, Draft> {
  const asked = new Map<string, Draft>();
  const page = restored((savedOf(session).page ?? {}) as Draft);
  for (const run of session.runs) asked.set(run.id, draftOf(run, (run.parent && asked.get(run.parent)) || page));
  return asked;
}

function draftOf({ model, spec }: StoredRun, before: Draft): Draft {
  const prompt: Partial<Draft> = typeof spec.prompt === "string" ? { mode: "complete", prompt: spec.prompt } : {};
  return restored({
    ...before,
    ...prompt,
    model,
    sampling: { ...(spec.sampling as Draft["sampling"]) },
    watch: spec.watch as Draft["watch"],
    speed: spec.max_tokens_per_second ?? null,
  });
}

/** What a session of a conversation is called: its first words. */
export function titleOf(messages: readonly Message[]): string {
  const first = messages.find(({ role, content }) => role === "user" && content.trim());
  return inOneLine(first?.content ?? "");
}

/** The beginning of a text, as a title. */
export const inOneLine = (text: string): string => text.split(/\s+/).filter(Boolean).join(" ").slice(0, 60);
