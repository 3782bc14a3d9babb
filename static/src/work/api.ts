/** The site's sessions over HTTP, as `/api/docs` describes them. */

import { call } from "../post";
import type { RunSpec } from "../protocol/generated";

export type Visibility = "private" | "link" | "gallery";

export interface StoredRun {
  id: string;
  parent: string | null;
  kind: string;
  model: string;
  spec: RunSpec;
  state: "live" | "stored" | "lost" | "unkept";
}

export interface SessionRow {
  id: string;
  title: string;
  tags: string[];
  visibility: Visibility;
  embeddable: boolean;
  expires: string | null; // ISO 8601
  forked_from: string | null;
  created: string;
  updated: string;
  mine: boolean;
  runs_count: number;
  comparison: boolean;
}

export interface NotedSession extends SessionRow {
  notes: string;
}

export interface Session extends NotedSession {
  draft: Record<string, unknown>;
  runs: StoredRun[]; // in order of creation
}

export type Change = Partial<Pick<Session, "title" | "notes" | "tags" | "draft" | "visibility" | "embeddable" | "expires">>;

const at = (id: string): string => `/api/sessions/${encodeURIComponent(id)}`;

export const fetchSession = (id: string): Promise<Session> => call("GET", at(id));
export const createSession = (change: Change): Promise<Session> => call("POST", "/api/sessions", JSON.stringify(change));
export const changeSession = (id: string, change: Change): Promise<NotedSession> => call("PATCH", at(id), JSON.stringify(change));
export const forkSession = (id: string): Promise<Session> => call("POST", `${at(id)}/fork`);
export const exportAddress = (id: string): string => `${at(id)}/export`;
export const pageAddress = (id: string): string => `/s/${encodeURIComponent(id)}`;
