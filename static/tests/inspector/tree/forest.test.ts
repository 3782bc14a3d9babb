import { describe, expect, it } from "vitest";
import { flat, forestOf, scoresOf, type Family, type Fork, type Path } from "../../../src/inspector/tree/forest";
import { LINE, narrow, neighbour, SCORE, wide, type Placed } from "../../../src/inspector/tree/layout";
import { linesOf } from "../../../src/inspector/tree/ends";
import { columnsOf, shortened } from "../../../src/inspector/tree/words";
import { tokens } from "../../recording";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A path whose tokens are letters, each with the log-probability -1 but for "x", which has none. */
const path = (node: number, letters: string, more: Partial<Path> = {}): Path => ({
  ...{ node, sample: 0, name: "0", kind: "run", reason: "length", current: false },
  pieces: Array.from(letters, (letter) => ({ id: letter.charCodeAt(0), piece: bytes(letter), logprob: letter === "x" ? null : -1 })),
  ...more,
});
const family = (...paths: Path[]): Family => ({ key: "a", prompt: [bytes("Once upon")], paths });
const letters = ({ pieces }: Fork): string => pieces.map((piece) => new TextDecoder().decode(piece)).join("");
const drawn = (forks: readonly Fork[]): unknown[] =>
  forks.map((fork) => [letters(fork), fork.ends.map(({ node }) => node), drawn(fork.children)]);

describe("texts as a tree", () => {
  it("writes what they share once and forks where they part", () => {
    const [root] = forestOf([family(path(1, "abcdef"), path(2, "abcxy"), path(3, "abcxz"))]);
    expect(drawn(root?.children ?? [])).toEqual([
      ["abc", [], [["def", [1], []], ["x", [], [["y", [2], []], ["z", [3], []]]]]],
    ]); // prettier-ignore
  });

  it("lets a text end where another goes on, and two that are the same at one place", () => {
    const [root] = forestOf([family(path(1, "ab"), path(2, "abcd"), path(3, "ab"), path(4, ""))]);
    expect(root?.ends.map(({ node }) => node)).toEqual([4]);
    expect(drawn(root?.children ?? [])).toEqual([["ab", [1, 3], [["cd", [2], []]]]]);
  });

  it("says of every token once where it stands", () => {
    const paths = [path(1, "aabbcc"), path(2, "aabxcc"), path(3, "ba")];
    for (const one of paths) {
      const through = (forks: readonly Fork[]): Fork[] =>
        forks.flatMap((fork) =>
          flat([fork]).some(({ ends }) => ends.some(({ node }) => node === one.node)) ? [fork, ...through(fork.children)] : [],
        );
      const line = through(forestOf([family(...paths)])).slice(1);
      expect(line.flatMap(({ ids }) => ids)).toEqual(one.pieces.map(({ id }) => id));
      expect(line.map(({ from }) => from)).toEqual(line.map((_, k) => line.slice(0, k).reduce((sum, { ids }) => sum + ids.length, 0)));
    }
  });

  it("marks the way to what is on the screen", () => {
    const all = flat(forestOf([family(path(1, "abc"), path(2, "abd", { current: true }))]));
    expect(all.filter(({ current }) => current).map(letters)).toEqual(["Once upon", "ab", "d"]);
  });

  it("keeps the name of a stretch when it is cut in two", () => {
    const before = flat(forestOf([family(path(1, "abc"))])).map(({ key }) => key);
    const after = flat(forestOf([family(path(1, "abc"), path(2, "ax"))])).map(({ key }) => key);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(new Set(after).size).toBe(after.length);
  });

  it("adds up the log-probabilities of a recorded run as a plain sum does", () => {
    const scores = scoresOf(tokens);
    let [sum, count] = [0, 0];
    for (const { logprob } of tokens) [sum, count] = [sum + (logprob as number), count + 1];
    expect(scores).toEqual({ tokens: tokens.length, unscored: 0, total: sum, mean: sum / count });
  });

  it("leaves out of the mean what has no score, and says so", () => {
    const [end] = flat(forestOf([family(path(1, "axxb"))])).flatMap(({ ends }) => ends);
    expect(end).toMatchObject({ tokens: 4, unscored: 2, total: -2, mean: -1 });
    expect(end && linesOf(end, false, 999).map(({ text }) => text)).toEqual([" · Σ −2.00 · ⌀ −1.00 · 4 tokens · 2 unscored · token limit"]);
  });

  it.each([80, 120, 280])("says all of an end in lines that fit %s pixels, wherever a part does", (width) => {
    const [end] = flat(forestOf([family(path(1, "axxb"))])).flatMap(({ ends }) => ends);
    const lines = end ? linesOf(end, true, width) : [];
    const parts = lines.flatMap(({ name, text }) => `${name}${text}`.split(" · "));
    expect(parts).toEqual(["Run 1", "Σ −2.00", "⌀ −1.00", "4 tokens", "2 unscored", "token limit"]);
    for (const { name, text } of lines) {
      const columns = Array.from(name + text).reduce((sum, each) => sum + columnsOf(each), 0);
      if (text.includes(" · ")) expect(columns * 5.8).toBeLessThanOrEqual(width);
    }
  });

  it("shortens a text from where it parts, and a prompt to where the text begins", () => {
    const [root] = forestOf([family(path(1, "abcdefgh"))]);
    expect(shortened(root as Fork, 5)).toBe("…upon");
    expect(shortened(root?.children[0] as Fork, 5)).toBe("abcd…");
    expect(shortened({ ...(root as Fork), from: 0, pieces: [bytes("狐狸跑了")] }, 6)).toBe("狐狸…");
    expect(shortened(root as Fork, 9)).toBe("Once·upon");
  });
});

const forks = forestOf([
  family(path(1, "abcdef"), path(2, "abcxy"), path(3, "abcxy"), path(4, "q")),
  { ...family(path(5, "m")), key: "b" },
]);
const overlap = (a: Placed, b: Placed): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each([
  ["side by side", wide(forks)],
  ["as an outline", narrow(forks, 360)],
])("the tree %s", (_, plan) => {
  it("has a place for every fork, none over another, all within the picture", () => {
    expect(plan.placed).toHaveLength(flat(forks).length);
    plan.placed.forEach((a, k) => plan.placed.slice(k + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
    for (const { x, y, width, height } of plan.placed) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(plan.width);
      expect(y + height).toBeLessThanOrEqual(plan.height);
    }
  });

  it("gives each end a line of its own", () => {
    for (const { fork, lines, height } of plan.placed)
      expect(height).toBeGreaterThanOrEqual(LINE + Math.max(lines.length, fork.ends.length) * SCORE);
  });

  it("links each fork to the one before it", () => {
    expect(plan.links).toHaveLength(plan.placed.filter(({ level }) => level > 1).length);
    const [a, abc] = plan.placed;
    expect([abc?.level, abc?.parent, abc?.place, abc?.siblings]).toEqual([2, a?.fork.key, 1, 2]);
  });

  it("is walked by the arrows", () => {
    const [a, abc] = plan.placed.map(({ fork }) => fork);
    expect(neighbour(plan, abc?.key ?? "", "ArrowLeft")).toBe(a?.key);
    expect(neighbour(plan, a?.key ?? "", "ArrowRight")).toBe(abc?.key);
    expect(neighbour(plan, a?.key ?? "", "ArrowLeft")).toBeNull();
    const walked = new Set<string>();
    for (let key: string | null = a?.key ?? null; key; key = neighbour(plan, key, plan.columns ? "ArrowRight" : "ArrowDown"))
      walked.add(key);
    expect(walked.size).toBe(plan.columns ? 3 : flat(forks).length);
  });
});

describe("the tree of one text", () => {
  it("is a line", () => {
    const plan = wide(forestOf([family(path(1, "abc"))]));
    expect(plan.placed.map(({ y }) => y + LINE)).toHaveLength(2);
    expect(plan.links).toHaveLength(1);
  });
});
