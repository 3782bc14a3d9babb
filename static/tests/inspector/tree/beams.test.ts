import { describe, expect, it } from "vitest";
import { edge, extentOf, neighbourOf, stepsIn, xOf, yOf } from "../../../src/inspector/tree/beamPlan";
import {
  best,
  candidateAt,
  line,
  lossOf,
  parentOf,
  penaltyOf,
  spotOf,
  type Hypothesis,
  type Search,
  type Spot,
} from "../../../src/inspector/tree/beams";
import { fateText, numbersText } from "../../../src/inspector/tree/beamWords";
import { unpack } from "../../../src/protocol/codec";
import type { BeamCandidate, Hypotheses } from "../../../src/protocol/generated";
import { beams as BEAMS, frames, penalty as PENALTY, stop as STOP } from "../../beams.json";

const candidate = (
  step: number,
  parent: number,
  letter: string,
  total: number,
  beam: number,
  fate?: BeamCandidate["fate"],
  penalty = 1,
): BeamCandidate => ({
  ...{ parent, id: letter.charCodeAt(0), piece: new TextEncoder().encode(letter), logprob: -1, total, beam },
  score: total / (step + 1) ** penalty,
  fate: fate ?? (beam >= 0 ? "kept" : "pruned"),
});
const at = (step: number, ...candidates: BeamCandidate[]): Search[number] => ({
  ...{ type: "beams", run: "r", seq: step + 1, step, t_ms: 0, forward_ms: 0, search_ms: 0, kv_tokens: 0 },
  candidates,
});
const search: Search = [
  at(0, candidate(0, 0, "a", -1, 0), candidate(0, 0, "b", -2, 1), candidate(0, 0, "c", -3, -1)),
  at(1, candidate(1, 1, "d", -2.5, 0), candidate(1, 0, "e", -2.7, 1), candidate(1, 0, "f", -4, -1)),
  at(2, candidate(2, 0, "g", -3, -1, "finished"), candidate(2, 1, "h", -3.1, 0), candidate(2, 0, "i", -3.6, 1)),
];
const hypothesis = { ids: Array.from("bdg", (letter) => letter.charCodeAt(0)) } as unknown as Hypothesis;

const packed = frames.map((frame) => unpack(Uint8Array.from(atob(frame), (character) => character.charCodeAt(0))));
const recorded = packed.slice(0, -1) as unknown as Search;
const found = packed.at(-1) as unknown as Hypotheses;

describe("a beam search as a tree", () => {
  it("goes on from the beam that the event names, by its number after the step before", () => {
    expect(parentOf(search, { step: 1, place: 0 })).toEqual({ step: 0, place: 1 });
    expect(parentOf(search, { step: 2, place: 1 })).toEqual({ step: 1, place: 1 });
    expect(parentOf(search, { step: 0, place: 0 })).toBeNull();
  });

  it("finds the place where a hypothesis ended", () => {
    expect(spotOf(search, hypothesis)).toEqual({ step: 2, place: 0 });
    expect(spotOf(search, { ids: [1, 2, 3] })).toBeNull();
  });

  it("is led by the best hypothesis, and before there is one by the greatest sum", () => {
    expect(best(search, [hypothesis])).toEqual({ step: 2, place: 0 });
    expect(best(search, [])).toEqual({ step: 2, place: 1 });
    expect(best(search.slice(0, 1), [])).toEqual({ step: 0, place: 0 });
  });

  it("says by how much a candidate lost to the last that was kept", () => {
    expect(lossOf(search, { step: 1, place: 2 })?.by).toBeCloseTo(-2.7 - -4, 12);
    expect(lossOf(search, { step: 1, place: 0 })).toBeNull();
    expect(fateText(search, { step: 1, place: 2 })).toContain("1.3");
    expect(fateText(search, { step: 2, place: 0 })).toBe("Finished: a hypothesis.");
    expect(fateText(search, { step: 0, place: 1 })).toBe("Kept as beam 2.");
  });

  it("tells the numbers of the event", () => {
    const said = "Log-probability −1.00, sum −3.10. Score −1.03 = −3.10 ÷ 3^1 (length, length penalty).";
    expect(numbersText(search, { step: 2, place: 1 })).toBe(said);
  });

  it.each([-1, 0, 0.5, 1, 1.5, 2])("tells the length penalty %s from sums and scores", (penalty) => {
    const searched = [0, 1, 2].map((step) => at(step, candidate(step, 0, "a", -1.7 - step, 0, undefined, penalty)));
    expect(penaltyOf(searched)).toBe(penalty);
    expect(penaltyOf(searched.slice(0, 1))).toBeNull();
    expect(numbersText(searched, { step: 2, place: 0 })).toContain(`÷ 3^${String(penalty).replace("-", "−")} `);
  });
});

describe("a recorded beam search of the bundled model", () => {
  const { hypotheses } = found;
  const all = recorded.flatMap(({ step, candidates }) => candidates.map((one, place) => ({ ...one, spot: { step, place } })));
  const before = ({ spot }: { spot: Spot }) => candidateAt(recorded, parentOf(recorded, spot) ?? { step: -1, place: 0 });
  const idsOf = (spot: Spot): number[] => line(recorded, spot).map((each) => candidateAt(recorded, each)!.id);

  it("has all that can become of a candidate", () => {
    expect(new Set(all.map(({ fate }) => fate))).toEqual(new Set(["kept", "pruned", "finished"]));
  });

  it("adds up along the parents that the page finds, and is scored by the length penalty that the page tells", () => {
    for (const one of all) {
      expect(one.total).toBeCloseTo((before(one)?.total ?? 0) + one.logprob, 4);
      expect(one.score).toBeCloseTo(one.total / (one.spot.step + 1) ** PENALTY, 5);
    }
    expect(penaltyOf(recorded)).toBeCloseTo(PENALTY, 5);
  });

  it("keeps the best that go on, and lets go of the rest by what the page says", () => {
    for (const { step, candidates } of recorded) {
      const going = candidates.flatMap(({ id, total }, place) => (id === STOP ? [] : [{ place, total }])).sort((a, b) => b.total - a.total);
      expect(candidates.flatMap(({ fate }, place) => (fate === "kept" ? [place] : [])).sort()).toEqual(
        going
          .slice(0, BEAMS)
          .map(({ place }) => place)
          .sort(),
      );
      const last = going[BEAMS - 1]!;
      for (const [place, { fate, total }] of candidates.entries()) {
        const expected = fate === "pruned" ? { to: { step, place: last.place }, by: last.total - total } : null;
        expect(lossOf(recorded, { step, place })).toEqual(expected);
      }
    }
  });

  it("finishes those that end among the best and score better than the worst hypothesis", () => {
    const ends = all.filter(({ id }) => id === STOP);
    const best = [...ends].sort((a, b) => b.score - a.score).slice(0, BEAMS);
    expect(ends.filter(({ fate }) => fate === "finished").sort((a, b) => b.score - a.score)).toEqual(best);
    expect(best.map(({ spot }) => idsOf(spot))).toEqual(hypotheses.map(({ ids }) => ids));
    for (const { spot } of ends.filter(({ fate, total }) => fate === "pruned" && total > -10))
      expect(fateText(recorded, spot)).toBe("Let go: it ended, but too far behind the best to count.");
  });

  it("shows where each hypothesis ended, and is led by the best", () => {
    for (const { ids, total, score } of hypotheses) {
      const spot = spotOf(recorded, { ids })!;
      expect(idsOf(spot)).toEqual(ids);
      expect(candidateAt(recorded, spot)).toMatchObject({ total, score, fate: "finished" });
    }
    expect(best(recorded, hypotheses)).toEqual(spotOf(recorded, hypotheses[0]!));
  });
});

describe("the picture of a beam search", () => {
  it("has a column a step and a row a candidate, none over another", () => {
    expect(xOf(1) - xOf(0)).toBeGreaterThan(100);
    expect(yOf(1) - yOf(0)).toBeGreaterThan(20);
    const { width, height } = extentOf(search);
    expect(width).toBeGreaterThan(xOf(2));
    expect(height).toBe(yOf(3));
  });

  it("draws only the steps in sight and the one that their edges come from", () => {
    const long: Search = Array.from({ length: 256 }, (_, step) => at(step, candidate(step, 0, "a", -step, 0)));
    expect(stepsIn(long, xOf(100), xOf(103))).toEqual([99, 100, 101, 102, 103]);
    expect(stepsIn(long, -200, 10)).toEqual([0, 1]);
    expect(stepsIn(long, xOf(254), xOf(300))).toEqual([253, 254, 255]);
    expect(stepsIn([], 0, 100)).toEqual([]);
  });

  it("draws an edge from every candidate but the first to what it goes on from", () => {
    expect(edge(search, { step: 0, place: 0 })).toBeNull();
    expect(edge(search, { step: 1, place: 0 })).toContain(`M${xOf(0) + 116} ${yOf(1) + 13}`);
  });

  it("is walked by the arrows", () => {
    expect(neighbourOf(search, { step: 1, place: 0 }, "ArrowLeft")).toEqual({ step: 0, place: 1 });
    expect(neighbourOf(search, { step: 1, place: 0 }, "ArrowRight")).toEqual({ step: 2, place: 0 });
    expect(neighbourOf(search, { step: 1, place: 0 }, "ArrowUp")).toBeNull();
    expect(neighbourOf(search, { step: 1, place: 2 }, "ArrowDown")).toBeNull();
    expect(neighbourOf(search, { step: 1, place: 2 }, "Home")).toEqual({ step: 0, place: 0 });
    expect(neighbourOf(search, { step: 1, place: 2 }, "End")).toEqual({ step: 2, place: 0 });
  });
});
