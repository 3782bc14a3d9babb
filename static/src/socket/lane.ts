/** One run that this page follows: what it has said so far, and what can be done to it. Knows no other run, no field and no address. */

import { signal, type Signal } from "@preact/signals";
import { Refusal } from "../errors";
import { gettext } from "../i18n";
import { pack, type Incoming } from "../protocol/codec";
import type { Answered, Ask, ClientMessage, ErrorInfo, RunSpec, Start, Watch } from "../protocol/generated";
import { EMPTY, isLive, reduce, reduceAll, type Local, type RunState } from "../store/run";

/** Where in somebody's work a run belongs. */
export type Place = Pick<Start, "session" | "parent" | "kind">;

export type Question = Ask["question"];
export type Answer = Answered["answer"];

/** What a lane needs of the socket. */
export interface Line {
  readonly maxFrameBytes: number;
  send(message: ClientMessage): boolean; // whether it has left
  ask(run: string, question: Question, sample: number): Promise<Answer>;
}

export const plainError = (code: string, message = ""): ErrorInfo => ({ code, message, field: null, value: null, bound: null });

export class Lane {
  readonly run: Signal<RunState>;
  private asked: ClientMessage | null = null; // the start
  private early: ClientMessage | null = null; // the same, while it waits for the socket to open
  private unwanted = false; // cancelled, perhaps before the server accepted it

  constructor(
    private readonly line: Line,
    first: Local,
    /** The run's id where that was known before anything else; stays also when the server does not know it. */
    readonly opened: string | null = null,
  ) {
    this.run = signal(reduce(EMPTY, first, performance.now()));
  }

  /** The run's id; null until the server has accepted it. */
  get id(): string | null {
    return this.run.value.id ?? this.opened;
  }

  get isLive(): boolean {
    return isLive(this.run.peek());
  }

  /** Ends the run, or, where the server has yet to accept it, ends it as soon as it does. */
  cancel(): void {
    this.unwanted = true;
    this.end();
  }

  /** Changes what is shown of the steps to come. */
  watch(watch: Watch): void {
    const { id } = this.run.peek();
    if (id && this.isLive) this.line.send({ type: "watch", run: id, watch });
  }

  /** Asks about the sample that is shown, as far as it has got. Raises `Refusal` with what the server said. */
  async inquire(question: Question): Promise<Answer> {
    const { id, several } = this.run.peek();
    if (!id) throw new Refusal([plainError("unavailable")]);
    return this.line.ask(id, question, several.shown);
  }

  /** Shows another of several samples. */
  show(sample: number): void {
    this.note({ type: "shown", sample });
  }

  /** Sends the start, now or when the socket opens; not where it was cancelled or refused meanwhile. */
  submit(spec: RunSpec, place: Place): void {
    const { ref } = this.run.peek();
    if (ref === null) return;
    if (this.unwanted) return this.note({ type: "left" });
    const message: ClientMessage = { type: "start", ref, spec, ...place };
    this.asked = message;
    const { length } = pack(message);
    const bound = this.line.maxFrameBytes;
    if (length > bound) this.refuse([{ ...plainError("too_long"), field: "prompt", value: String(length), bound: String(bound) }]);
    else if (!this.line.send(message)) this.early = message;
  }

  /** Ends a start that never left this page. */
  refuse(errors: ErrorInfo[]): void {
    this.note({ type: "unanswered", errors });
  }

  /** The socket is open (again). */
  reconnected(): void {
    if (this.early) this.line.send(this.early);
    this.early = null;
    const { id, epoch, lastSeq } = this.run.peek();
    if (id && this.isLive) this.line.send({ type: "resume", run: id, epoch, last_seq: lastSeq });
    if (this.unwanted) this.end();
  }

  /** The socket is gone. Where it is not known that a start on its way is `unread`, sent again it might run twice. */
  disconnected(unread: boolean): void {
    const waits = this.run.peek().ref !== null;
    this.early = waits && unread ? this.asked : null;
    if (waits && !unread)
      this.refuse([plainError("connection_lost", gettext("The connection was lost before the run began. Press Run again."))]);
  }

  /** Takes what is its own of `messages`, and acknowledges it. Whether it now lacks an event. */
  take(messages: readonly Incoming[]): boolean {
    const before = this.run.peek();
    const { id, lastSeq, hole } = (this.run.value = reduceAll(before, messages, performance.now()));
    if (id && lastSeq > before.lastSeq) this.line.send({ type: "ack", run: id, seq: lastSeq });
    if (id && !before.id && this.unwanted) this.end();
    return hole && !before.hole;
  }

  private end(): void {
    const { id } = this.run.peek();
    if (id && this.isLive) this.line.send({ type: "cancel", run: id });
  }

  private note(local: Local): void {
    this.run.value = reduce(this.run.peek(), local, performance.now());
  }
}
