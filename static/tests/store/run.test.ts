import { describe, expect, it } from "vitest";
import { EMPTY, isLive, reduce, reduceAll, type RunState } from "../../src/store/run";
import { events, RUN, tokens } from "../recording";

const asked = reduce(EMPTY, { type: "asked", ref: "r1", at: 100 }, 100);
const accepted = reduce(asked, { type: "accepted", ref: "r1", run: RUN, session: "s1", epoch: "e1", seed: 7, position: 2 }, 101);
const whole = reduceAll(accepted, events, 250);
const error = { code: "bad", message: "bad", field: null, value: null, bound: null };

describe("a run", () => {
  it("is queued once it is accepted, with its position", () => {
    expect(accepted).toMatchObject({ phase: "queued", id: RUN, position: 2, ref: null });
  });

  it("waits with its place before it is accepted, where many start at once", () => {
    const pending = reduce(asked, { type: "pending", ref: "r1", position: 120 }, 101);
    expect(pending).toMatchObject({ phase: "queued", id: null, position: 120, ref: "r1" });
    expect(reduce(asked, { type: "pending", ref: "r2", position: 120 }, 101)).toBe(asked);
    expect(reduce(pending, { type: "accepted", ref: "r1", run: RUN, session: "s1", epoch: "e1", seed: 7, position: 2 }, 102)).toEqual(
      accepted,
    );
  });

  it("holds every token in order when it has finished", () => {
    expect(whole.phase).toBe("finished");
    expect(whole.tokens.map(({ step }) => step)).toEqual(tokens.map((_, step) => step));
  });

  it("is the same whether its events come one by one or all at once", () => {
    expect(events.reduce<RunState>((run, event) => reduce(run, event, 250), accepted)).toEqual(whole);
  });

  it("ignores events that it has seen before", () => {
    expect(reduceAll(whole, events, 300)).toBe(whole);
  });

  it("takes nothing after a hole until it has been filled", () => {
    const [first, , third, fourth] = events;
    const run = reduceAll(
      accepted,
      [first, third, fourth].filter((event) => event !== undefined),
      0,
    );
    expect(run).toMatchObject({ hole: true, lastSeq: 1, started: null });
    expect(reduceAll(run, [{ type: "recovered", run: RUN, epoch: "e1", last_seq: 1 }, ...events], 250)).toMatchObject({
      hole: false,
      phase: "finished",
    });
  });

  it("ignores what belongs to another run", () => {
    expect(
      reduceAll(
        accepted,
        events.map((event) => ({ ...event, run: "another" })),
        0,
      ),
    ).toBe(accepted);
  });

  it("starts again from nothing after a gap, and says so", () => {
    const run = reduce(whole, { type: "gap", run: RUN, epoch: "e2" }, 0);
    expect(run).toMatchObject({ tokens: [], lastSeq: 0, epoch: "e2", id: RUN, restarted: true });
    expect(reduceAll(run, events, 250).tokens).toEqual(whole.tokens);
  });

  it("notes the page's time of the first token alone", () => {
    const half = events.length / 2;
    const run = reduceAll(reduceAll(accepted, events.slice(0, half), 180), events.slice(half), 900);
    expect([run.askedAt, run.firstTokenAt]).toEqual([100, 180]);
  });

  it("is refused by an error that answers its start", () => {
    expect(reduce(asked, { type: "error", ref: "r1", run: null, errors: [error] }, 0)).toMatchObject({ phase: "refused", errors: [error] });
  });

  it("goes on when an error answers something else", () => {
    expect(reduce(accepted, { type: "error", ref: null, run: RUN, errors: [error] }, 0)).toBe(accepted);
  });

  it("that was opened by its address is refused when nobody knows it", () => {
    const opened = reduce(EMPTY, { type: "opened", run: "x" }, 0);
    expect(reduce(opened, { type: "error", ref: null, run: "x", errors: [error] }, 0).phase).toBe("refused");
  });

  it("keeps an error that ended it", () => {
    const finished = events.at(-1);
    if (finished?.type !== "finished") throw new Error("the recording does not end");
    expect(reduceAll(accepted, [...events.slice(0, -1), { ...finished, reason: "error", error }], 0).errors).toEqual([error]);
  });

  it("is live from the click to the last event", () => {
    expect([EMPTY, asked, accepted, whole].map(isLive)).toEqual([false, true, true, false]);
  });
});
