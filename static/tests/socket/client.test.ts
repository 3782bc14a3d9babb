import { signal } from "@preact/signals";
import { beforeEach, expect, it, vi } from "vitest";
import { pack, unpack } from "../../src/protocol/codec";
import type { ClientMessage } from "../../src/protocol/generated";
import { Client } from "../../src/socket/client";
import type { Listener, Status } from "../../src/socket/connection";
import { events, RUN } from "../recording";

let frames: (() => void)[] = [];
vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
vi.stubGlobal("cancelAnimationFrame", () => undefined);
vi.stubGlobal("window", { setTimeout: () => 0 });

/** A socket that notes what is sent, and says what the test has it say. */
class Wire {
  sent: ClientMessage[] = [];
  reconnects = 0;
  isOpen = false;
  constructor(readonly listener: Listener) {}

  send(frame: Uint8Array<ArrayBuffer>): boolean {
    if (this.isOpen) this.sent.push(unpack(frame) as unknown as ClientMessage);
    return this.isOpen;
  }

  reconnect(): void {
    this.reconnects++;
  }

  open(): void {
    this.isOpen = true;
    this.listener.changed("open");
    this.listener.opened();
  }

  lose(unread = false): void {
    this.isOpen = false;
    this.listener.changed("waiting", unread);
  }

  say(...messages: object[]): void {
    messages.forEach((message) => this.listener.received(pack(message as ClientMessage).slice().buffer));
    frames.splice(0).forEach((frame) => frame());
  }

  last = (): ClientMessage | undefined => this.sent.at(-1);
}

const spec = { prompt: "Once" };
const of = (run: string) => events.map((event) => ({ ...event, run }));
const refOf = (message: ClientMessage | undefined) => (message as { ref: string }).ref;
const accepted = (wire: Wire, run: string) => ({ type: "accepted", ref: refOf(wire.last()), run, epoch: "e", seed: 1, position: 0 });

let client: Client;
let wire: Wire;

beforeEach(() => {
  frames = [];
  client = new Client(65_536, signal<Status>("connecting"));
  client.connect((listener) => (wire = new Wire(listener)));
});

function begin(run: string) {
  const lane = client.start(spec);
  wire.say(accepted(wire, run));
  return lane;
}

it("follows two runs at once, whatever the order of their events, and acknowledges each", () => {
  wire.open();
  const [one, two] = [begin("one"), begin("two")];
  const mixed = of("one").flatMap((event, k) => [event, of("two")[k] as object]);
  wire.say(...mixed);
  expect(one.run.value).toMatchObject({ id: "one", phase: "finished", lastSeq: events.length });
  expect(two.run.value.tokens).toEqual(one.run.value.tokens.map((token) => ({ ...token, run: "two" })));
  const acks = wire.sent.filter(({ type }) => type === "ack");
  expect(acks).toEqual(["one", "two"].map((run) => ({ type: "ack", run, seq: events.length })));
});

it("sends a start that was made before the socket opened, once", () => {
  const lane = client.start(spec);
  expect(wire.sent).toEqual([]);
  wire.open();
  expect(wire.sent).toEqual([{ type: "start", ref: lane.run.value.ref, spec }]);
  wire.say(accepted(wire, RUN));
  wire.open();
  expect(wire.sent.filter(({ type }) => type === "start")).toHaveLength(1);
});

it("resumes every run that goes on, from where it was, and none that has ended", () => {
  wire.open();
  begin("ended");
  wire.say(...of("ended"));
  begin("one");
  begin("two");
  wire.say(...of("one").slice(0, 5));
  wire.lose();
  wire.sent = [];
  wire.open();
  expect(wire.sent).toEqual([
    { type: "resume", run: "one", epoch: "e", last_seq: 5 },
    { type: "resume", run: "two", epoch: "e", last_seq: 0 },
  ]);
});

it("opens a run by its id at once when the socket is open", () => {
  wire.open();
  const lane = client.open(RUN);
  expect(wire.last()).toEqual({ type: "resume", run: RUN, epoch: null, last_seq: 0 });
  wire.say({ type: "error", ref: null, run: RUN, errors: [{ code: "not_found", message: "", field: null, value: null, bound: null }] });
  expect(lane.run.value.phase).toBe("refused");
  expect(lane.id).toBe(RUN);
});

it("refuses one lane and lets the others go on", () => {
  wire.open();
  const one = client.start(spec);
  const ref = refOf(wire.last());
  const two = begin("two");
  wire.say({ type: "error", ref, run: null, errors: [{ code: "queue_full", message: "", field: null, value: null, bound: null }] });
  wire.say(...of("two"));
  expect([one.run.value.phase, two.run.value.phase]).toEqual(["refused", "finished"]);
});

it("ends a run that was stopped before the server accepted it as soon as it does", () => {
  wire.open();
  client.start(spec).cancel();
  wire.say(accepted(wire, RUN));
  expect(wire.last()).toEqual({ type: "cancel", run: RUN });
});

it("sends a start once its place is known, and none where there is no place", async () => {
  wire.open();
  const lane = client.start(spec, [], Promise.resolve({ session: "work", kind: "lane_a" }));
  expect([lane.run.value.phase, wire.sent]).toEqual(["asking", []]);
  await vi.waitFor(() => expect(wire.last()).toMatchObject({ type: "start", session: "work", kind: "lane_a" }));
  const refused = client.start(spec, [], Promise.reject(new Error("no session")));
  await vi.waitFor(() => expect(refused.run.value.phase).toBe("refused"));
  expect(wire.sent).toHaveLength(1);
});

it("never sends what was stopped while it was worked out", async () => {
  wire.open();
  const lane = client.start(Promise.resolve(spec));
  lane.cancel();
  await Promise.resolve();
  expect(wire.sent).toEqual([]);
  expect(lane.run.value.phase).toBe("empty");
});

it("says that a start was lost with the connection, and does not repeat it", () => {
  wire.open();
  const lane = client.start(spec);
  wire.lose();
  expect(lane.run.value).toMatchObject({ phase: "refused", errors: [{ code: "connection_lost" }] });
  wire.sent = [];
  wire.open();
  expect(wire.sent).toEqual([]);
});

it("says a start again that the server has closed the socket without reading", () => {
  wire.open();
  const lane = client.start(spec);
  const said = wire.last();
  wire.lose(true);
  expect(lane.run.value.phase).not.toBe("refused");
  wire.open();
  expect(wire.sent).toEqual([said, said]);
  wire.say(accepted(wire, "one"));
  expect(lane.id).toBe("one");
});

it("does not say a start again that was accepted in the last moment", () => {
  wire.open();
  const lane = client.start(spec);
  wire.listener.received(pack(accepted(wire, "one") as unknown as ClientMessage).slice().buffer); // its frame of the screen is yet to come
  wire.lose(true);
  wire.open();
  expect(wire.sent.map((message) => message.type)).toEqual(["start", "resume"]);
  expect(lane.id).toBe("one");
});

it("asks for the socket again once for a missing event", () => {
  wire.open();
  begin("one");
  begin("two");
  wire.say(...of("one").slice(1, 3));
  wire.say(...of("two").slice(0, 3));
  expect(wire.reconnects).toBe(1);
});

it("answers each question to the one who asked, and refuses those that a lost connection took", async () => {
  wire.open();
  const [one, two] = [begin("one"), begin("two")];
  const [first, second] = [one.inquire({ type: "score" }), two.inquire({ type: "score" })];
  const asked = wire.sent.filter(({ type }) => type === "ask");
  expect(asked.map((message) => "run" in message && message.run)).toEqual(["one", "two"]);
  wire.say({ type: "answer", ref: refOf(asked[1]), run: "two", answer: { type: "reading", tokens: [], perplexity: 2, bits_per_byte: 1 } });
  expect(await second).toMatchObject({ perplexity: 2 });
  wire.lose();
  await expect(first).rejects.toMatchObject({ errors: [{ code: "connection_lost" }] });
});

it("refuses a start that no frame can hold, at the prompt", () => {
  wire.open();
  const lane = client.start({ prompt: "a".repeat(70_000) });
  expect(lane.run.value).toMatchObject({ phase: "refused", errors: [{ code: "too_long", field: "prompt", bound: "65536" }] });
  expect(wire.sent).toEqual([]);
});
