import { describe, expect, it } from "vitest";
import { values } from "../../src/protocol/codec";
import type { Started, Token } from "../../src/protocol/generated";
import { givenTokens, inherited, plainToken } from "../../src/store/given";
import { EMPTY, ownTokens, reduce, reduceAll } from "../../src/store/run";
import { meter } from "../../src/store/timing";
import { events, RUN, tokens, traced } from "../recording";

const started = events.find((event) => event.type === "started") as Started;
const piece = new TextEncoder().encode("x");
const begunWith = (count: number): Started => ({
  ...started,
  output_ids: tokens.slice(0, count).map(({ id }) => id),
  output_pieces: tokens.slice(0, count).map((token) => token.piece),
});
const stranger = (token: Token) => plainToken(token.step, 100_000, piece);

describe("what a run began with", () => {
  it("are its first steps, of which it knows no more than what they are", () => {
    const given = givenTokens(begunWith(2));
    expect(given.map(({ step, id }) => [step, id])).toEqual(tokens.slice(0, 2).map(({ step, id }) => [step, id]));
    expect(given.every(({ trace, raw_logprob: p }) => trace === null && p === null)).toBe(true);
  });

  it("is there before its own tokens, in every sample", () => {
    const opened = reduce(EMPTY, { type: "opened", run: RUN }, 0);
    const rest = events.filter((event) => event.type !== "started" && !(event.type === "token" && event.step < 2));
    const all = [begunWith(2), ...rest].map((event, k) => ({ ...event, seq: k + 1 }));
    const run = reduceAll(opened, all, 10);
    expect(run.tokens.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
    expect(ownTokens(run).map(({ step }) => step)).toEqual(tokens.slice(2).map(({ step }) => step));
    expect(meter({ ...run, finished: null }).ttftMs).toBe(tokens[2]?.t_ms);
    const second = { ...(tokens[2] as Token), sample: 1, seq: run.lastSeq + 1 };
    expect(reduce(run, second, 10).several.samples[1]?.map(({ step }) => step)).toEqual([0, 1, 2]);
  });

  it("is shown from the click on, where it is known", () => {
    const run = reduce(EMPTY, { type: "asked", ref: "r", at: 0, output: tokens.slice(0, 3) }, 0);
    expect(run.tokens).toEqual(tokens.slice(0, 3));
  });

  it("is what the run before knows of it, the very same tokens", () => {
    const given = givenTokens(begunWith(3));
    expect(inherited(given, tokens).every((token, k) => token === tokens[k])).toBe(true);
    expect(inherited(given, [])).toEqual(given);
  });

  it("has the distribution of the first step that is another, and nothing of those after it", () => {
    const [first, second, third] = givenTokens(begunWith(3)) as [Token, Token, Token];
    const found = inherited([first, stranger(second), third], tokens);
    expect(found[0]).toBe(tokens[0]);
    expect(found[1]).toMatchObject({ id: 100_000, trace: tokens[1]?.trace, logprob: null, raw_logprob: null });
    expect(found[2]).toBe(third);
    expect(inherited([first, stranger(second)], tokens)[1]).toBe(found[1]);
  });

  it("gives another candidate its own numbers, from the logits of that step", () => {
    const there = traced(tokens[1]);
    const { trace } = there;
    const k = trace.token_ids.findIndex((id) => id !== there.id);
    const taken = { ...plainToken(1, trace.token_ids[k] ?? 0, piece) };
    const [, found] = inherited([tokens[0] as Token, taken], tokens);
    const raw = values(trace.scores)[k] ?? NaN;
    expect(Math.exp(found?.raw_logprob ?? 1)).toBeCloseTo(Math.exp(raw) / Math.exp(trace.stages[0]?.logsumexp ?? 0), 6);
    expect(found?.raw_rank).toBe(values(trace.ranks)[k]);
    const survived = (values(trace.removed_at)[k] ?? -1) < 0;
    expect(found?.logprob === null).toBe(!survived);
  });

  it("is over when nothing is left of it", () => {
    expect(reduce(EMPTY, { type: "emptied" }, 0)).toMatchObject({ phase: "finished", tokens: [], id: null });
  });
});
