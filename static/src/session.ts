/** Connects the socket to the store: start, resume, acknowledge, watch, cancel. The only module that sends. */

import { batch } from "@preact/signals";
import { Refusal, sentence } from "./errors";
import { gettext } from "./i18n";
import { pack, unpack, type Incoming } from "./protocol/codec";
import { rendered } from "./prompt/ask";
import type { Answered, Ask, ClientMessage, ErrorInfo, RunSpec, Watch } from "./protocol/generated";
import { Connection } from "./socket/connection";
import { Gatherer } from "./socket/frames";
import { asked, boot, draft, faults, modeOf, placeOf, refusals, restored, specOf, type Draft } from "./store/draft";
import { isLive, reduce, reduceAll } from "./store/run";
import { loadFor, storeFor } from "./store/storage";
import { connection, follow, run } from "./store/view";

const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${boot.socket}`;
const arrived = new Gatherer<Incoming>(apply);
let link: Connection | null = null;
let early: ClientMessage | null = null; // a start that waits for the socket to open
const questions = new Map<string, Inquiry>(); // by ref, until they are answered
let unwanted: string | null = null; // the ref of a start that was stopped before it was answered

interface Inquiry {
  answered: (answer: Answered["answer"]) => void;
  refused: (refusal: Refusal) => void;
}

/** Opens the socket and the run that the address names. */
export function connect(): void {
  const id = new URLSearchParams(location.search).get("run");
  if (id) openRun(id);
  link = new Connection(url, {
    opened: resume,
    received: (frame) => arrived.add(unpack(frame)),
    changed: (status) => changed(status),
  });
}

function openRun(id: string): void {
  run.value = reduce(run.value, { type: "opened", run: id }, performance.now());
  const known = loadFor<Draft>(sessionStorage, `asked:${id}`);
  asked.value = known && restored(known);
  if (asked.value) draft.value = asked.value;
}

function changed(status: typeof connection.value): void {
  connection.value = status;
  if (status === "waiting") [...questions.keys()].forEach((ref) => settle(ref, [{ ...NO_ANSWER, code: "connection_lost" }]));
  if (status !== "waiting" || run.value.ref === null) return;
  early = null;
  // Whether the server took a start that was on its way is unknown; sent again it might run twice.
  unanswered("connection_lost", gettext("The connection was lost before the run began. Press Run again."));
}

function resume(): void {
  if (early) send(early);
  early = null;
  const { id, epoch, lastSeq } = run.value;
  if (id && isLive(run.value)) send({ type: "resume", run: id, epoch, last_seq: lastSeq });
}

function send(message: ClientMessage): boolean {
  return link?.send(pack(message)) ?? false;
}

/** Starts what the draft says, unless a setting is wrong. Returns the name of the first wrong field. */
export function start(): string | null {
  refusals.value = isEmpty(draft.value) ? { prompt: gettext("Write a prompt first.") } : {};
  const [wrong] = Object.keys(faults.value);
  if (wrong) return wrong;
  if (isLive(run.value)) return null;
  void begin(draft.value);
  return null;
}

const isEmpty = (draft: Draft): boolean =>
  modeOf(draft) === "chat" ? draft.messages.every(({ content }) => !content) : draft.prompt === "";

async function begin(wanted: Draft): Promise<void> {
  const ref = newRef();
  batch(() => {
    asked.value = wanted;
    run.value = reduce(run.value, { type: "asked", ref, at: performance.now() }, performance.now());
    follow();
    rememberRun(null);
  });
  if (modeOf(wanted) === "complete") return submit(ref, specOf(wanted, null));
  try {
    const { ids } = await rendered(wanted);
    if (run.value.ref === ref && unwanted !== ref) submit(ref, specOf(wanted, ids));
    else if (unwanted === ref) leave();
  } catch (error) {
    refuse(error instanceof Refusal ? error.errors : [{ ...NO_ANSWER, message: String(error) }]);
  }
}

const newRef = (): string => crypto.getRandomValues(new Uint32Array(2)).join("-");

const NO_ANSWER: ErrorInfo = { code: "unavailable", message: "", field: null, value: null, bound: null };

function submit(ref: string, spec: RunSpec): void {
  const message: ClientMessage = { type: "start", ref, spec };
  const { length } = pack(message);
  const bound = boot.limits.max_frame_bytes;
  if (length > bound) refuse([{ code: "too_long", message: "", field: "prompt", value: String(length), bound: String(bound) }]);
  else if (!send(message)) early = message;
}

/** Ends a start that never left this page. */
function refuse(errors: ErrorInfo[]): void {
  batch(() => {
    run.value = reduce(run.value, { type: "unanswered", errors }, performance.now());
    showAtFields(errors);
  });
}

function unanswered(code: string, message: string): void {
  refuse([{ code, message, field: null, value: null, bound: null }]);
}

/** Ends the run, or, where the server has yet to accept it, ends it as soon as it does. */
export function cancel(): void {
  const { id, ref } = run.value;
  if (id && isLive(run.value)) send({ type: "cancel", run: id });
  unwanted = id ? null : ref;
}

/** Changes what is shown of the steps to come, in this run and the next. */
export function watch(wanted: Partial<Watch>): void {
  const next = { ...draft.value.watch, ...wanted };
  draft.value = { ...draft.value, watch: next };
  const { id } = run.value;
  if (id && isLive(run.value)) send({ type: "watch", run: id, watch: next });
}

/** Asks about the run on the screen, as far as it has got. Raises `Refusal` with what the server said. */
export function inquire(question: Ask["question"]): Promise<Answered["answer"]> {
  const ref = newRef();
  return new Promise((answered, refused) => {
    questions.set(ref, { answered, refused });
    if (!run.value.id || !send({ type: "ask", ref, run: run.value.id, question })) settle(ref, [NO_ANSWER]);
  });
}

/** Ends a question without an answer. Whether there was one of that name. */
function settle(ref: string | null, errors: ErrorInfo[]): boolean {
  const inquiry = questions.get(ref ?? "");
  questions.delete(ref ?? "");
  inquiry?.refused(new Refusal(errors));
  return inquiry !== undefined;
}

/** Leaves the run; it goes on by itself. */
export function leave(): void {
  rememberRun(null);
  run.value = reduce(run.value, { type: "left" }, performance.now());
}

function apply(messages: Incoming[]): void {
  const before = run.value.lastSeq;
  batch(() => {
    run.value = reduceAll(run.value, messages, performance.now());
    messages.forEach(notice);
  });
  const { id, lastSeq } = run.value;
  if (id && lastSeq > before) send({ type: "ack", run: id, seq: lastSeq });
  if (run.value.hole) link?.reconnect();
}

/** What a message means beside the run itself: the address, and errors at their fields. */
function notice(message: Incoming): void {
  if (message.type === "accepted" && message.run === run.value.id) {
    rememberRun(message.run);
    storeFor(sessionStorage, `asked:${message.run}`, asked.value);
    if (unwanted === message.ref) cancel();
  }
  if (message.type === "answer") {
    questions.get(message.ref)?.answered(message.answer);
    questions.delete(message.ref);
  }
  if (message.type === "error" && !settle(message.ref, message.errors)) showAtFields(message.errors);
  if (message.type === "finished" && message.error) showAtFields([message.error]);
}

function showAtFields(errors: ErrorInfo[]): void {
  const placed = errors.flatMap((error) => {
    const name = placeOf(error.field);
    return name ? [[name, sentence(error)] as const] : [];
  });
  refusals.value = { ...refusals.value, ...Object.fromEntries(placed) };
}

function rememberRun(id: string | null): void {
  const address = new URL(location.href);
  if (id) address.searchParams.set("run", id);
  else address.searchParams.delete("run");
  history.replaceState(null, "", address);
}
