/** Lists of messages, each change a new list. Pure. */

import type { Message } from "../boot";

export const replaced = (messages: Message[], index: number, part: Partial<Message>): Message[] =>
  messages.map((message, k) => (k === index ? { ...message, ...part } : message));

export const removed = (messages: Message[], index: number): Message[] => messages.filter((_, k) => k !== index);

export function moved(messages: Message[], index: number, by: number): Message[] {
  const result = [...messages];
  result.splice(index + by, 0, ...result.splice(index, 1));
  return result;
}

/** An empty message of whoever speaks next. */
export const afterLast = (messages: Message[]): Message[] => [
  ...messages,
  { role: messages.at(-1)?.role === "user" ? "assistant" : "user", content: "" },
];

export const withSystem = (messages: Message[]): Message[] => [{ role: "system", content: "" }, ...messages];
