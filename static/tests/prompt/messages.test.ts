import { expect, test } from "vitest";
import type { Message } from "../../src/boot";
import { afterLast, moved, removed, replaced, withSystem } from "../../src/prompt/messages";

const talk: Message[] = [
  { role: "user", content: "a" },
  { role: "assistant", content: "b" },
  { role: "user", content: "c" },
];
const contents = (messages: Message[]) => messages.map(({ content }) => content).join("");

test("messages move up and down, and the list that was is left alone", () => {
  expect(contents(moved(talk, 2, -1))).toBe("acb");
  expect(contents(moved(talk, 0, 1))).toBe("bac");
  expect(contents(talk)).toBe("abc");
});

test("a message is replaced or removed by its place", () => {
  expect(contents(removed(talk, 1))).toBe("ac");
  expect(replaced(talk, 1, { role: "system" })[1]).toEqual({ role: "system", content: "b" });
});

test("the next message is of whoever speaks next, and the system speaks first", () => {
  expect(afterLast(talk).at(-1)?.role).toBe("assistant");
  expect(afterLast(removed(talk, 2)).at(-1)?.role).toBe("user");
  expect(withSystem(talk)[0]?.role).toBe("system");
});
