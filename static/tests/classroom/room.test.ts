import "./place";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  closed,
  isAsked,
  isTeacher,
  lose,
  place,
  problem,
  question,
  role,
  room,
  say,
  scores,
  take,
  tell,
  you,
} from "../../src/classroom/room";
import { Refusal } from "../../src/errors";
import type { ErrorInfo, RoomServerMessage } from "../../src/protocol/generated";
import { client } from "../../src/session";

const sent: { type: string; ref: string }[] = [];
const why = (code: string): ErrorInfo => ({
  code,
  message: `because of ${code}`,
  field: null,
  value: null,
  bound: null,
});
const state = (name: string | null): RoomServerMessage =>
  ({
    type: "room",
    run: null,
    question: name && {
      id: 1,
      step: 4,
      state: name,
      options: [],
      guesses: [],
      outcome: null,
    },
  }) as unknown as RoomServerMessage;

beforeEach(() => {
  vi.spyOn(client, "send").mockImplementation((message) => sent.push(message as (typeof sent)[0]) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  sent.length = 0;
});

const answered = (type: "done" | "error", errors: ErrorInfo[] = []): boolean =>
  take({
    type,
    ref: sent.at(-1)?.ref ?? "",
    run: null,
    errors,
  } as unknown as RoomServerMessage);

it("knows its place from the page", () => {
  expect(place.code).toBe("ACDEFG");
});

it("is told states: the newest of a subject counts", () => {
  expect(role.value).toBe(null);
  take({ type: "you", role: "teacher" } as unknown as RoomServerMessage);
  expect([role.value, isTeacher.value]).toEqual(["teacher", true]);
  take({ type: "you", role: "student" } as unknown as RoomServerMessage);
  expect([you.value?.role, isTeacher.value]).toEqual(["student", false]);
  take({ type: "scores", scores: [], of: 3 });
  expect(scores.value?.of).toBe(3);
});

it.each([
  [null, false],
  ["open", true],
  ["closed", true],
  ["revealed", false],
])("is asked while a question is %s: %s", (name, asked) => {
  take(state(name));
  expect(room.value?.type).toBe("room");
  expect(question.value?.state ?? null).toBe(name);
  expect(isAsked.value).toBe(asked);
});

it("leaves what does not concern the room to others", () => {
  expect(take({ type: "finished" } as unknown as RoomServerMessage)).toBe(false);
  expect(take({ type: "done", ref: "of nobody" })).toBe(true);
  expect(
    take({
      type: "error",
      ref: "of nobody",
      run: null,
      errors: [why("not_found")],
    } as unknown as RoomServerMessage),
  ).toBe(false);
});

it("settles each thing that is said by its own answer", async () => {
  const first = say({ type: "join", nickname: "Ann" });
  const second = say({ type: "join", nickname: "Bob" });
  expect(new Set(sent.map(({ ref }) => ref)).size).toBe(2);
  answered("error", [why("nickname_taken")]);
  await expect(second).rejects.toBeInstanceOf(Refusal);
  take({ type: "done", ref: sent[0]?.ref ?? "" });
  await expect(first).resolves.toBe(undefined);
});

it("shows why something was not done until the next thing is tried", async () => {
  const refused = tell({ type: "room_end" });
  answered("error", [why("not_teacher"), why("something new")]);
  expect(await refused).toBe(false);
  expect(problem.value).toBe("Only the teacher of this room may do that. because of something new");
  const tried = tell({ type: "room_end" });
  expect(problem.value).toBe(null);
  answered("done");
  expect(await tried).toBe(true);
});

it("refuses what cannot be sent, and what was on its way when the connection was lost", async () => {
  const waiting = tell({ type: "room_end" });
  lose();
  expect(await waiting).toBe(false);
  expect(problem.value).toContain("no connection");
  vi.spyOn(client, "send").mockReturnValue(false);
  expect(await tell({ type: "room_end" })).toBe(false);
  expect(problem.value).toContain("no connection");
});

it("is closed where no room has the code", () => {
  expect(closed.value).toBe(null);
  take({
    type: "error",
    ref: null,
    run: null,
    errors: [why("no_room")],
  } as unknown as RoomServerMessage);
  expect(closed.value).not.toBe(null);
});
