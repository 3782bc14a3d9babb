/** The recorded run that the real encoder packed, as messages. */

import { unpack } from "../src/protocol/codec";
import type { RunEvent, Token, Trace } from "../src/protocol/generated";
import { fieldsOf, type Field, type Schema } from "../src/settings/schema";
import recorded from "./recorded.json";

export const RUN: string = recorded.run;
export const events: RunEvent[] = recorded.frames.map(
  (frame) => unpack(Uint8Array.from(atob(frame), (character) => character.charCodeAt(0))) as RunEvent,
);
export const tokens: Token[] = events.filter((event) => event.type === "token");
export const traced = (token: Token | undefined) => token as Token & { trace: Trace };
export const fields: Field[] = fieldsOf(recorded.schema as unknown as Schema);
export const initial = Object.fromEntries(fields.map((field) => [field.name, field.initial]));
export const field = (name: string): Field => fields.find((each) => each.name === name) as Field;
