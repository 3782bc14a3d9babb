import { describe, expect, it } from "vitest";
import type { Beams, Drafts, Token } from "../../src/protocol/generated";
import { ONE, shownOf, withBeams, withDrafts, withToken } from "../../src/store/several";

const token = (step: number, sample: number) => ({ type: "token", step, sample }) as Token;
const bytes = (text: string) => new TextEncoder().encode(text);
const beams = (step: number, kept: [parent: number, beam: number, piece: string][]) =>
  ({ type: "beams", step, candidates: kept.map(([parent, beam, piece]) => ({ parent, beam, piece: bytes(piece) })) }) as unknown as Beams;
const texts = (state: typeof ONE) => state.beams.map((pieces) => pieces.map((piece) => new TextDecoder().decode(piece)).join(""));

describe("a run with several continuations", () => {
  it("keeps the tokens of each sample apart and shows one", () => {
    const state = [token(0, 0), token(0, 1), token(1, 1)].reduce(withToken, ONE);
    expect(state.samples.map((tokens) => tokens.length)).toEqual([1, 2]);
    expect(shownOf(state)).toHaveLength(1);
    expect(shownOf({ ...state, shown: 1 })).toHaveLength(2);
  });

  it("lets each beam go on where its parent was", () => {
    const first = withBeams(ONE, beams(0, [[0, 0, "a"], [0, 1, "b"], [0, -1, "x"]])); // prettier-ignore
    const second = withBeams(first, beams(1, [[1, 0, "c"], [1, 1, "d"]])); // prettier-ignore
    expect(texts(second)).toEqual(["bc", "bd"]);
    expect(texts(withBeams(second, beams(2, [])))).toEqual(["bc", "bd"]); // all have ended
  });

  it("counts what was guessed", () => {
    const state = withDrafts(withDrafts(ONE, { ids: [1, 2, 3], accepted: 2 } as Drafts), { ids: [4], accepted: 0 } as Drafts);
    expect([state.drafted, state.accepted]).toEqual([4, 2]);
  });
});
