/** One run as a pure reduction over its messages. Knows nothing of sockets, signals or the DOM. */

import type { Incoming } from "../protocol/codec";
import type { ErrorInfo, Finished, ModelInfo, Prefilled, Started, Token } from "../protocol/generated";
import { givenTokens } from "./given";
import { ONE, shownOf, withBeams, withDrafts, withEnd, withToken, type Several } from "./several";

export type Phase = "empty" | "asking" | "queued" | "loading" | "prefill" | "running" | "finished" | "refused";

export interface RunState {
  phase: Phase;
  ref: string | null; // of the start message that is still to be answered
  id: string | null;
  session: string | null; // that it was accepted into; null where another page has started it
  epoch: string | null;
  lastSeq: number;
  position: number; // runs waiting before this one
  loading: { model: string; fraction: number } | null;
  model: ModelInfo | null;
  started: Started | null;
  prefilled: Prefilled | null;
  tokens: readonly Token[]; // of the sample that is shown
  several: Several;
  takeovers: readonly number[]; // steps at which another worker went on
  finished: Finished | null;
  errors: readonly ErrorInfo[];
  restarted: boolean; // the history had to be fetched again
  hole: boolean; // an event is missing: what follows is ignored until it has been asked for again
  askedAt: number | null; // ms, the page's clock, of the click
  firstTokenAt: number | null; // ms, the page's clock
}

/** What the page itself does to a run. */
export type Local =
  | { type: "asked"; ref: string; at: number; output?: readonly Token[] } // `output`: tokens that it is to begin with, as they are known here
  | { type: "emptied" } // nothing is left of its output: there is no run
  | { type: "opened"; run: string }
  | { type: "unanswered"; errors: ErrorInfo[] }
  | { type: "shown"; sample: number }
  | { type: "left" };

export const EMPTY: RunState = {
  phase: "empty",
  ref: null,
  id: null,
  session: null,
  epoch: null,
  lastSeq: 0,
  position: 0,
  loading: null,
  model: null,
  started: null,
  prefilled: null,
  tokens: [],
  several: ONE,
  takeovers: [],
  finished: null,
  errors: [],
  restarted: false,
  hole: false,
  askedAt: null,
  firstTokenAt: null,
};

/** Whether the run may still say something. */
export const isLive = ({ phase }: RunState): boolean => !["empty", "finished", "refused"].includes(phase);

/** How an event with `seq` relates to what is known: the next, one seen before, or one with others missing before it. */
export const place = (state: RunState, seq: number): "next" | "seen" | "hole" =>
  seq <= state.lastSeq ? "seen" : seq === state.lastSeq + 1 ? "next" : "hole";

/** The run after `messages`, which arrived at `now` (ms, the page's clock). Tokens are appended in one copy. */
export function reduceAll(state: RunState, messages: readonly (Incoming | Local)[], now: number): RunState {
  return messages.reduce((run, message) => reduce(run, message, now), state);
}

export function reduce(state: RunState, message: Incoming | Local, now: number): RunState {
  if ("seq" in message) return concerns(state, message.run) ? placed(state, message, now) : state;
  switch (message.type) {
    case "asked":
      return { ...EMPTY, ...begunWith(message.output ?? []), phase: "asking", ref: message.ref, askedAt: message.at };
    case "opened":
      return { ...EMPTY, phase: "asking", id: message.run };
    case "shown": {
      const several = { ...state.several, shown: message.sample };
      return { ...state, several, tokens: shownOf(several) };
    }
    case "emptied":
      return { ...EMPTY, phase: "finished", finished: ENDED };
    case "left":
      return EMPTY;
    case "unanswered":
      return { ...EMPTY, phase: "refused", errors: message.errors };
    case "pending":
      return message.ref === state.ref ? { ...state, phase: "queued", position: message.position } : state;
    case "accepted":
      if (message.ref !== state.ref) return state;
      return {
        ...state,
        phase: "queued",
        ref: null,
        id: message.run,
        session: message.session,
        epoch: message.epoch,
        position: message.position,
      };
    case "recovered":
      return concerns(state, message.run) ? { ...state, epoch: message.epoch, hole: false } : state;
    case "gap":
      return concerns(state, message.run) ? again(state, message.epoch) : state;
    case "queued":
      return concerns(state, message.run) ? { ...state, phase: "queued", position: message.position } : state;
    case "answer":
      return state; // to a question about the run, not a part of it
    case "error":
      return isOurs(state, message) ? { ...EMPTY, phase: "refused", id: null, errors: message.errors } : state;
  }
}

type EventMessage = Extract<Incoming, { seq: number }>;

function placed(state: RunState, message: EventMessage, now: number): RunState {
  const where = place(state, message.seq);
  if (where === "hole") return { ...state, hole: true };
  return where === "next" ? event(state, message, now) : state;
}

function event(before: RunState, message: EventMessage, now: number): RunState {
  const state = { ...before, lastSeq: message.seq };
  switch (message.type) {
    case "loading":
      return { ...state, phase: "loading", loading: message };
    case "started":
      return { ...state, ...begunWith(givenTokens(message)), phase: "prefill", started: message, model: message.model };
    case "prefilled":
      return { ...state, phase: "running", prefilled: message };
    case "token": {
      const several = withToken(state.several, message);
      return { ...state, phase: "running", several, tokens: shownOf(several), firstTokenAt: state.firstTokenAt ?? now };
    }
    case "sample_finished":
      return { ...state, several: withEnd(state.several, message) };
    case "drafts":
      return { ...state, several: withDrafts(state.several, message) };
    case "beams":
      return { ...state, phase: "running", several: withBeams(state.several, message) };
    case "hypotheses":
      return { ...state, several: { ...state.several, hypotheses: message.hypotheses } };
    case "resumed":
      return { ...state, takeovers: [...state.takeovers, message.step] };
    case "finished":
      return { ...state, phase: "finished", finished: message, errors: message.error ? [message.error] : [] };
  }
}

/** The output before its first new token. */
function begunWith(given: readonly Token[]): Pick<RunState, "tokens" | "several"> {
  return { tokens: given, several: { ...ONE, given } };
}

const ENDED: Finished = {
  type: "finished",
  run: "",
  seq: 0,
  reason: "cancelled",
  detail: null,
  text: "",
  error: null,
  usage: { prompt_tokens: 0, completion_tokens: 0, reused_tokens: 0, drafted_tokens: 0, accepted_tokens: 0 },
  timing: null,
  memory: null,
  policy: null,
};

/** The tokens that this run has chosen itself. */
export const ownTokens = ({ tokens, several }: RunState): readonly Token[] => tokens.slice(several.given.length);

const concerns = (state: RunState, run: string): boolean => run === state.id;

/** An error answers our start, or a resume of a run that we know nothing of yet. Others (a late cancel) change nothing. */
const isOurs = (state: RunState, error: { ref: string | null; run: string | null }): boolean =>
  (state.ref !== null && error.ref === state.ref) || (state.phase === "asking" && state.id !== null && error.run === state.id);

/** The server's history is another one: forget ours, keep the run. A first resume has nothing to forget. */
function again(state: RunState, epoch: string): RunState {
  const { id, session, askedAt } = state;
  return { ...EMPTY, phase: "asking", id, session, epoch, askedAt, restarted: state.lastSeq > 0 };
}
