import { describe, expect, it } from "vitest";
import { lectureOf, shownAt, type Lecture } from "../../src/lecture/record";

const ask = {
  ms: 400,
  revealed: 700,
  run: 0,
  kind: "token",
  text: "",
  why: "",
  step: 2,
  options: [
    { id: 5, piece: "20666f78", p: 0.5, votes: 2 },
    { id: 6, piece: "206f776c", p: 0.25, votes: 0 },
  ],
  guessed: 1,
  drawn: { id: 6, piece: "206f776c", p: 0.25 },
  dice: { greedy: false, u: 0.6, low: 0.5, high: 0.75 },
};
const written = {
  version: 1,
  length: 1500,
  runs: ["a", "b"],
  seen: [
    [0, 0, 0],
    [100, 0, 1],
    [200, 0, 2],
    [700, 0, 3],
    [900, 0, 4],
    [1000, 1, 0],
  ],
  views: [
    [0, { tab: "choice", picked: null, layer: 0 }],
    [300, { tab: "attention", layer: 2 }],
    [1100, { picked: 1 }],
  ],
  asks: [ask],
};
const lecture = lectureOf({ lecture: written }) as Lecture;
const at = (ms: number) => shownAt(lecture, ms);

const text = { text: "one", cut: true, value: 1, by_model: true, votes: [1, 2], right: 2, bits: 1.375, tokens: [["6f6e65", 1.375]] };
const match = {
  ms: 750,
  revealed: 800,
  ended: 950,
  kind: "match",
  prompt: "Once",
  setting: "temperature",
  values: [0.2, 1.5],
  answers: 3,
  cards: [text, { ...text, text: "zero", value: 0, votes: [2, 1] }],
};
const odd = { ...match, ms: 1200, revealed: 1300, ended: null, kind: "odd", setting: null, values: [] };
const people = [
  { ...text, value: null, votes: [1], right: 1 },
  { ...text, text: "hers", value: null, by_model: false, votes: [2], right: null, bits: null, tokens: [] },
];
const withGames = (...games: unknown[]): Lecture => lectureOf({ lecture: { ...written, games } }) as Lecture;

describe("a lecture's record", () => {
  it("shows at each moment the tokens that the class saw", () => {
    expect([0, 99, 100, 650, 700, 999, 1000, 9999].map((ms) => [at(ms).run, at(ms).tokens])).toEqual([
      ["a", 0],
      ["a", 0],
      ["a", 1],
      ["a", 2],
      ["a", 3],
      ["a", 4],
      ["b", 0],
      ["b", 0],
    ]);
  });

  it("looks where the teacher did, whatever came before", () => {
    expect(at(299).view).toEqual({ tab: "choice", picked: null, layer: 0 });
    expect(at(300).view).toEqual({ tab: "attention", picked: null, layer: 2 });
    expect(at(1500).view).toEqual({ tab: "attention", picked: 1, layer: 2 });
  });

  it("asks as the class was asked, shows the votes from the reveal on, and goes on with the run", () => {
    expect(at(399).ask).toBeNull();
    expect([at(400).ask?.step, at(400).isRevealed]).toEqual([2, false]);
    expect([at(700).ask?.options.map(({ votes }) => votes), at(700).isRevealed]).toEqual([[2, 0], true]);
    expect(new TextDecoder().decode(at(700).ask?.drawn.piece)).toBe(" owl");
    expect([at(899).ask?.step, at(900).ask, at(1000).ask]).toEqual([2, null, null]);
  });

  it("passes over what nobody's lecture has, and plays nothing of what is no record", () => {
    for (const draft of [
      null,
      {},
      { lecture: 7 },
      { lecture: { ...written, version: 2 } },
      { lecture: { ...written, seen: [["x", 0, 1], [0, 9, 1], 5] } },
    ])
      expect(lectureOf(draft)).toBeNull();
    const odd = lectureOf({ lecture: { ...written, views: [[0, { tab: "<b>", picked: "1", layer: 1 }]], asks: [{ ms: "now" }, null] } });
    expect(odd?.views).toEqual([{ ms: 0, view: { layer: 1 } }]);
    expect(odd?.asks).toEqual([]);
  });

  it("plays a game at its time, over the question of before, until it was put away", () => {
    const played = withGames({ ...odd, cards: people }, match);
    const states = [749, 750, 799, 800, 949, 950, 1200, 1300, 9999].map((ms) => {
      const { game, ask, isRevealed } = shownAt(played, ms);
      return [game?.game.kind ?? null, ask?.step ?? null, isRevealed];
    });
    expect(states).toEqual([
      [null, 2, true],
      ["match", null, false],
      ["match", null, false],
      ["match", null, true],
      ["match", null, true],
      [null, null, false],
      ["odd", null, false],
      ["odd", null, true],
      ["odd", null, true],
    ]);
  });

  it("tells of a game what the class was told, and of nobody's run", () => {
    const [first, second] = withGames(match, { ...odd, cards: people }).games.map(({ game }) => game);
    expect(first).toMatchObject({ prompt: "Once", setting: "temperature", values: [0.2, 1.5], answers: 3 });
    const [one] = first?.cards ?? [];
    expect(one).toMatchObject({ text: "one", cut: true, value: 1, votes: [1, 2], right: 2, bits: 1.375, run: null });
    expect(one?.tokens.map(({ piece, surprisal }) => [new TextDecoder().decode(piece), surprisal])).toEqual([["one", 1.375]]);
    expect(second?.cards.map(({ by_model, votes, right, bits }) => [by_model, votes, right, bits])).toEqual([
      [true, [1], 1, 1.375],
      [false, [2], null, null],
    ]);
  });

  it("knows no games in a record of before there were any, and passes over one that does not hang together", () => {
    expect(lecture.games).toEqual([]);
    expect(lectureOf({ lecture: { ...written, games: "none" } })?.games).toEqual([]);
    const broken = [
      { ...match, kind: "quiz" },
      { ...match, ms: null },
      { ...match, ended: "later" },
      { ...match, setting: "seed" },
      { ...match, values: [0.2] },
      { ...match, cards: [{ ...text, value: 0.5 }, text] },
      { ...odd, cards: [people[1], people[1]] },
    ];
    expect(withGames(...broken, null, match).games.map(({ ms }) => ms)).toEqual([750]);
  });
});
