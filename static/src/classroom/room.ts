/** The room as the server last told it, and what can be said to it. Knows no element of the page. */

import { batch, computed, signal } from "@preact/signals";
import { Refusal, sentence } from "../errors";
import type {
  AskedFor,
  GameDesk,
  GameState,
  HandIns,
  LessonPlan,
  RoomClientMessage,
  RoomServerMessage,
  RoomState,
  RoomUsage,
  Roster,
  Scores,
  Tally,
  TeacherView,
  Waiting,
  You,
} from "../protocol/generated";
import type { Incoming } from "../protocol/codec";
import { client } from "../session";
import { plainError } from "../socket/lane";
import { boot } from "../store/draft";
import { gettext, inSequence } from "../i18n";

if (!boot.room) throw new Error("the page belongs to no room");
export const place = boot.room;

export const room = signal<RoomState | null>(null);
export const asked = signal<AskedFor | null>(null);
export const waiting = signal<Waiting | null>(null);
export const shownView = signal<TeacherView | null>(null);
export const you = signal<You | null>(null);
export const scores = signal<Scores | null>(null);
export const roster = signal<Roster | null>(null);
export const tally = signal<Tally | null>(null);
export const handIns = signal<HandIns | null>(null);
/** What the students' own runs take of the room's limits; for the teacher. */
export const usage = signal<RoomUsage | null>(null);
/** The ready lesson that is taught; for the teacher. */
export const plan = signal<LessonPlan | null>(null);
export const gameState = signal<GameState | null>(null);
export const desk = signal<GameDesk | null>(null);
/** Why the room cannot be entered at all. */
export const closed = signal<string | null>(null);
/** Why the last thing that was asked for was not done. */
export const problem = signal<string | null>(null);

export const role = computed(() => you.value?.role ?? null);
export const isTeacher = computed(() => role.value === "teacher");
export const question = computed(() => room.value?.question ?? null);
/** Whether the class is being asked: nothing is told that a run of one's own would. */
export const isAsked = computed(() => question.value !== null && question.value.state !== "revealed");

export const game = computed(() => gameState.value?.game ?? null);
/** Whether a game is under way, and whether the class is asked by it: until the reveal a run of one's own would tell. */
export const gameOn = computed(() => game.value !== null && game.value.state !== "revealed" && game.value.state !== "failed");
export const gameAsks = computed(() => game.value?.state === "open" || game.value?.state === "closed");

type Command = RoomClientMessage extends infer M ? (M extends { ref: string } ? Omit<M, "ref"> : never) : never;
const pending = new Map<string, { done: () => void; refused: (why: Refusal) => void }>();
let count = 0;

/** Says something; settled when it has been done. Raises `Refusal`. */
export function say(command: Command): Promise<void> {
  const ref = `room-${++count}`;
  return new Promise((done, refused) => {
    pending.set(ref, { done, refused });
    if (!client.send({ ...command, ref } as RoomClientMessage)) settle(ref, new Refusal([plainError("connection_lost", LOST())]));
  });
}

const LOST = (): string => gettext("There is no connection to the room at the moment.");

/** Says something, and shows why it was not done where it was not. */
export async function tell(command: Command): Promise<boolean> {
  problem.value = null;
  try {
    await say(command);
    return true;
  } catch (error) {
    problem.value = error instanceof Refusal ? inSequence(error.errors.map(sentence)) : String(error);
    return false;
  }
}

/** Takes what concerns the room; true where it has. */
export function take(message: Incoming | RoomServerMessage): boolean {
  switch (message.type) {
    case "room":
      room.value = message;
      return true;
    case "asked":
      asked.value = message;
      return true;
    case "waiting":
      waiting.value = message;
      return true;
    case "view":
      shownView.value = message;
      return true;
    case "you":
      you.value = message;
      return true;
    case "scores":
      scores.value = message;
      return true;
    case "roster":
      roster.value = message;
      return true;
    case "tally":
      tally.value = message;
      return true;
    case "hand_ins":
      handIns.value = message;
      return true;
    case "room_usage":
      usage.value = message;
      return true;
    case "lesson":
      plan.value = message.key === null ? null : message;
      return true;
    case "game":
      gameState.value = message;
      return true;
    case "game_desk":
      desk.value = message;
      return true;
    case "done":
      settle(message.ref, null);
      return true;
    case "error":
      if (message.errors.some(({ code }) => code === "no_room")) closed.value = inSequence(message.errors.map(sentence));
      return settle(message.ref ?? "", new Refusal(message.errors));
    default:
      return false;
  }
}

function settle(ref: string, refusal: Refusal | null): boolean {
  const found = pending.get(ref);
  if (!found) return false;
  pending.delete(ref);
  batch(() => (refusal ? found.refused(refusal) : found.done()));
  return true;
}

/** What was on its way when the connection was lost may have been done or not: its state comes anew. */
export function lose(): void {
  [...pending.keys()].forEach((ref) => settle(ref, new Refusal([plainError("connection_lost", LOST())])));
}
