/** What the server tells the page before anything is asked: models, the settings' schema, presets, an example. */

import type { SamplingParams, Watch } from "./protocol/generated";
import type { Schema } from "./settings/schema";

export interface ModelChoice {
  name: string;
  title: string;
  default: boolean;
  context: number | null;
  vocab_size: number | null;
  layers: number | null;
  heads: number | null;
  weight_bytes?: number | null;
  chat: boolean; // whether it has a chat template
  defaults?: Record<string, unknown>; // settings that this model begins with
  address: string; // where others find it: a Hub id or a folder
  revision: string | null;
}

export type Role = "system" | "user" | "assistant";

/** One turn of a conversation. */
export interface Message {
  role: Role;
  content: string;
}

export interface Preset {
  name: string;
  title: string;
  description: string;
  sampling: SamplingParams;
}

/** Settings that the person keeps under a name of their own. */
export interface OwnPreset {
  id: string;
  name: string;
  sampling: SamplingParams;
}

/** A beginning to try: a text, or the messages of a conversation. `language` is that of the text. */
export interface Starter {
  name: string;
  language: string;
  title: string;
  prompt: string;
  messages: Message[];
}

/** The room that a page belongs to. */
export interface RoomPlace {
  code: string;
  teacher: boolean;
  address: string; // where others find it
  lan: string | null; // this machine in its network, where the page was reached by a name that only this machine knows
  qr: string; // address of the picture
  lessons: ReadyLesson[]; // for the teacher
}

/** A ready lesson that a teacher may choose. */
export interface ReadyLesson {
  key: string;
  language: string;
  title: string;
  about: string;
  minutes: number;
  steps: number;
}

export interface Boot {
  models: ModelChoice[];
  schema: Schema;
  groups: { name: string; title: string }[];
  presets: Preset[];
  own_presets?: OwnPreset[];
  starters: Starter[];
  example: { prompt: string; sampling: SamplingParams; watch: Watch; max_tokens_per_second: number | null };
  speeds: number[];
  limits: { max_frame_bytes: number; ack_window: number; max_shown: number };
  session?: { id: string; mine: boolean; embedded?: string } | null; // that the address names; embedded: its title, within another site's page
  embeds?: boolean; // the operator allows frames on some sites
  account?: { name: string; panel: boolean } | null; // whose page it is; `panel`: may enter the admin panel
  signup?: boolean; // whether visitors may make themselves an account
  room?: RoomPlace; // of a room's pages
  socket: string;
  language: string;
  languages: [string, string][];
  version: string;
}

/** Reads the JSON that the template put into the page. Raises where it is missing: then the page is not ours. */
export function readBoot(): Boot {
  const element = document.getElementById("boot");
  if (!element?.textContent) throw new Error("the page carries no boot data");
  return JSON.parse(element.textContent) as Boot;
}
