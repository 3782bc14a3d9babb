/** The answer to a question that a component has, asked once the question stands still. */

import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../errors";
import type { ErrorInfo } from "../protocol/generated";
import { plainError } from "../socket/lane";
import { ask, known, nameOf, subject, type AnswerTo, type Question } from "./ask";

const CALM_MS = 150;

export interface Asked<A> {
  answer: A | null; // the newest of this run, perhaps to the question before
  current: boolean; // whether it is to this one
  refused: readonly ErrorInfo[]; // why there is none
  again: () => void;
}

interface Got {
  about: string;
  name: string;
  answer: unknown;
  refused: readonly ErrorInfo[];
}

const NOTHING: Got = { about: "", name: "", answer: null, refused: [] };

/** Asks `question` after `calmMs` without another; null asks nothing. What is remembered is there at once. */
export function useAnswer<Q extends Question>(question: Q | null, calmMs = CALM_MS): Asked<AnswerTo<Q>> {
  const [got, keep] = useState<Got>(NOTHING);
  const [attempt, setAttempt] = useState(0);
  const [about, name] = [subject(), question ? nameOf(question) : ""];
  useEffect(() => {
    if (!question) return;
    const abort = new AbortController();
    const take = (answer: unknown, refused: readonly ErrorInfo[]) => !abort.signal.aborted && keep({ about, name, answer, refused });
    const put = () =>
      ask(question, abort.signal).then(
        (answer) => take(answer, []),
        (error: unknown) => take(null, reasons(error)),
      );
    const timer = setTimeout(() => void put(), known(question) ? 0 : calmMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [name, attempt]);
  const now = question && known(question);
  const last = got.about === about ? (got.answer as AnswerTo<Q> | null) : null;
  return {
    answer: now ?? last,
    current: now !== null || (got.name === name && got.answer !== null),
    refused: got.name === name ? got.refused : [],
    again: () => setAttempt(attempt + 1),
  };
}

export const reasons = (error: unknown): readonly ErrorInfo[] =>
  error instanceof Refusal ? error.errors : [plainError("internal", String(error))];
