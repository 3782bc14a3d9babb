/** Puts questions about the run on the screen; what has been answered is remembered for as long as that run is shown. */

import { Refusal } from "../errors";
import { plainError, type Answer, type Lane, type Question } from "../socket/lane";
import { lane, run } from "../store/view";
import { Queue } from "./queue";

export type { Question };
export type AnswerTo<Q extends Question> = Extract<Answer, { type: Q["type"] }>;

const AT_ONCE = 2; // of the eight that a socket may have: other panels ask too
const REMEMBERED = 40; // answers; one of a head of a long text takes a megabyte
const PATIENCE_MS = [600, 1500, 3000]; // before asking again where the server says that it was too much at once
const BUSY = ["rate_limited", "too_many_questions"];

const queue = new Queue(patiently, AT_ONCE);
const answers = new Map<string, Answer>();
let of = "";

/** The run and the sample of it that questions are about. */
export const subject = (): string => `${run.value.id} ${run.value.epoch} ${run.value.several.shown}`;

/** Which question of which run; equal names have equal answers, for what stands before a position never changes. */
export const nameOf = (question: Question): string => `${subject()} ${JSON.stringify(question)}`;

export const known = <Q extends Question>(question: Q): AnswerTo<Q> | null => (answers.get(nameOf(question)) as AnswerTo<Q>) ?? null;

/** The answer to `question`, now or as soon as it is there. Raises `Refusal`; where `signal` withdraws it in time, it is never sent. */
export async function ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<AnswerTo<Q>> {
  const [about, name, asked] = [subject(), nameOf(question), lane.peek()];
  if (!asked) throw new Refusal([plainError("unavailable")]);
  const answer = answers.get(name) ?? (await queue.ask({ lane: asked, question }, signal));
  if (about === subject()) remember(about, name, answer);
  return answer as AnswerTo<Q>;
}

function remember(about: string, name: string, answer: Answer): void {
  if (about !== of) answers.clear();
  of = about;
  answers.delete(name); // the newest is last
  answers.set(name, answer);
  const [oldest] = answers.keys();
  if (answers.size > REMEMBERED && oldest !== undefined) answers.delete(oldest);
}

/** A question goes to the run that it was asked about, whichever is shown by then. */
interface Wanted {
  lane: Lane;
  question: Question;
}

async function patiently({ lane, question }: Wanted): Promise<Answer> {
  for (const wait of PATIENCE_MS)
    try {
      return await lane.inquire(question);
    } catch (error) {
      if (!(error instanceof Refusal) || !BUSY.includes(error.errors[0]?.code ?? "")) throw error;
      await new Promise((later) => setTimeout(later, wait));
    }
  return lane.inquire(question);
}
