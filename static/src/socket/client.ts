/** Follows many runs over one socket, and asks about them. The only module that sends. Knows no page. */

import { batch, type Signal } from "@preact/signals";
import { Refusal } from "../errors";
import { pack, unpack, type Incoming } from "../protocol/codec";
import { gettext } from "../i18n";
import type { ClientMessage, ErrorInfo, RoomClientMessage, RoomServerMessage, RunSpec, Token } from "../protocol/generated";
import type { Local } from "../store/run";
import type { Listener, Status } from "./connection";
import { Gatherer } from "./frames";
import { Lane, plainError, type Answer, type Line, type Place, type Question } from "./lane";

/** What `Connection` is to this module. */
export interface Link {
  send(frame: Uint8Array<ArrayBuffer>): boolean;
  reconnect(): void;
}

interface Inquiry {
  answered: (answer: Answer) => void;
  refused: (refusal: Refusal) => void;
}

export class Client implements Line {
  /** Takes what does not concern runs; true where it has. */
  aside: (message: Incoming | RoomServerMessage) => boolean = () => false;
  /** Why nothing can be asked now; empty where it can. */
  unaskable: () => ErrorInfo[] = () => [];
  private link: Link | null = null;
  private followed: Lane[] = []; // those that may still hear something
  private readonly inquiries = new Map<string, Inquiry>(); // by ref, until they are answered
  private readonly arrived = new Gatherer<Incoming>((messages) => this.take(messages));

  constructor(
    readonly maxFrameBytes: number,
    private readonly status: Signal<Status>,
  ) {}

  /** Opens the socket. Runs may be opened and started before. */
  connect(open: (listener: Listener) => Link): void {
    this.link = open({
      opened: () => this.live().forEach((lane) => lane.reconnected()),
      received: (frame) => this.received(unpack(frame)),
      changed: (status, unread = false) => this.changed(status, unread),
    });
  }

  /** Starts a run; a spec or a place that has yet to be found counts as asked for from now on. `output`: the tokens that it begins with, where they are known. */
  start(spec: RunSpec | Promise<RunSpec>, output: readonly Token[] = [], place: Place | Promise<Place> = {}): Lane {
    const lane = this.follow({ type: "asked", ref: newRef(), at: performance.now(), output });
    if (spec instanceof Promise || place instanceof Promise) void this.submitLater(lane, spec, place);
    else lane.submit(spec, place);
    return lane;
  }

  private async submitLater(lane: Lane, spec: RunSpec | Promise<RunSpec>, place: Place | Promise<Place>): Promise<void> {
    try {
      if (place instanceof Promise) lane.submit(...(await Promise.all([spec, place])));
      else lane.submit(await spec, place);
    } catch (error) {
      lane.refuse(error instanceof Refusal ? error.errors : [plainError("unavailable", String(error))]);
    }
  }

  /** The run called `id` from its beginning, whoever started it and whether or not it has ended. */
  open(id: string): Lane {
    const lane = this.follow({ type: "opened", run: id }, id);
    if (this.status.peek() === "open") lane.reconnected();
    return lane;
  }

  send(message: ClientMessage | RoomClientMessage): boolean {
    return this.link?.send(pack(message)) ?? false;
  }

  ask(run: string, question: Question, sample: number): Promise<Answer> {
    const [ref, reasons] = [newRef(), this.unaskable()];
    if (reasons.length > 0) return Promise.reject(new Refusal(reasons));
    return new Promise((answered, refused) => {
      this.inquiries.set(ref, { answered, refused });
      if (!this.send({ type: "ask", ref, run, question, sample })) this.settle(ref, [plainError("unavailable")]);
    });
  }

  private received(message: Incoming): void {
    if (!this.aside(message)) this.arrived.add(message);
  }

  private follow(first: Local, opened: string | null = null): Lane {
    const lane = new Lane(this, first, opened);
    this.followed.push(lane);
    return lane;
  }

  private live(): Lane[] {
    return (this.followed = this.followed.filter((lane) => lane.isLive));
  }

  private changed(status: Status, unread: boolean): void {
    if (unread) this.arrived.flush(); // what was said before is known: the rest has not been read
    batch(() => {
      this.status.value = status;
      if (status !== "waiting") return;
      [...this.inquiries.keys()].forEach((ref) =>
        this.settle(ref, [plainError("connection_lost", gettext("The connection was lost before there was an answer."))]),
      );
      this.live().forEach((lane) => lane.disconnected(unread));
    });
  }

  private take(messages: Incoming[]): void {
    const torn = batch(() => {
      messages.forEach((message) => this.answer(message));
      return this.live().filter((lane) => lane.take(messages));
    });
    if (torn.length > 0) this.link?.reconnect();
  }

  private answer(message: Incoming): void {
    if (message.type === "error") this.settle(message.ref ?? "", message.errors);
    if (message.type !== "answer") return;
    this.inquiries.get(message.ref)?.answered(message.answer);
    this.inquiries.delete(message.ref);
  }

  private settle(ref: string, errors: ErrorInfo[]): void {
    this.inquiries.get(ref)?.refused(new Refusal(errors));
    this.inquiries.delete(ref);
  }
}

const newRef = (): string => crypto.getRandomValues(new Uint32Array(2)).join("-");
