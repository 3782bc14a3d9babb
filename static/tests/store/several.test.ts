import { describe, expect, it } from "vitest";
import type { Beams, Drafts, SampleFinished, Token } from "../../src/protocol/generated";
import { ONE, shownOf, withBeams, withDrafts, withEnd, withToken } from "../../src/store/several";

const token = (step: number, sample: number) => ({ type: "token", step, sample }) as Token;
const beams = (step: number, of: string) => ({ type: "beams", step, run: of }) as unknown as Beams;

describe("a run with several continuations", () => {
  it("keeps the tokens of each sample apart and shows one", () => {
    const state = [token(0, 0), token(0, 1), token(1, 1)].reduce(withToken, ONE);
    expect(state.samples.map((tokens) => tokens.length)).toEqual([1, 2]);
    expect(shownOf(state)).toHaveLength(1);
    expect(shownOf({ ...state, shown: 1 })).toHaveLength(2);
  });

  it("keeps every step of a search, and puts one that is said again in its place", () => {
    const state = [beams(0, "a"), beams(1, "a"), beams(2, "a"), beams(1, "b")].reduce(withBeams, ONE);
    expect(state.search.map(({ step, run }) => [step, run])).toEqual([[0, "a"], [1, "b"]]); // prettier-ignore
  });

  it("remembers why each sample ended", () => {
    const state = withEnd(ONE, { sample: 1, reason: "eos" } as SampleFinished);
    expect(state.reasons).toEqual([undefined, "eos"]);
  });

  it("counts what was guessed", () => {
    const state = withDrafts(withDrafts(ONE, { ids: [1, 2, 3], accepted: 2 } as Drafts), { ids: [4], accepted: 0 } as Drafts);
    expect([state.drafted, state.accepted]).toEqual([4, 2]);
  });
});
