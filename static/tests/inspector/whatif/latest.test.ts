import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Allowance } from "../../../src/inspector/whatif/allowance";
import { Latest } from "../../../src/inspector/whatif/latest";

let asked: { question: string; answer: (text: string) => void; refuse: () => void }[] = [];
let answers: string[] = [];
let refusing: "again" | "give up" = "give up";

const latest = () =>
  new Latest<string, string>(
    {
      ask: (question) => new Promise((answer, refuse) => asked.push({ question, answer, refuse: () => refuse(new Error()) })),
      answered: (question, answer) => answers.push(`${question} ${answer}`),
      refused: () => refusing,
    },
    new Allowance(2, 100),
  );
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  [asked, answers, refusing] = [[], [], "give up"];
});
afterEach(() => vi.useRealTimers());

describe("the latest question", () => {
  it("goes out at once where nothing is out", () => {
    latest().want("a");
    expect(asked.map(({ question }) => question)).toEqual(["a"]);
  });

  it("waits for the answer to the one before, and those between are never asked", async () => {
    const questions = latest();
    for (const question of ["a", "b", "c"]) questions.want(question);
    asked[0]?.answer("1");
    await vi.advanceTimersByTimeAsync(100);
    asked[1]?.answer("2");
    await settled();
    expect(answers).toEqual(["a 1", "c 2"]);
  });

  it("goes out at once while there is allowance, and afterwards no sooner than there is again", async () => {
    const questions = latest();
    for (const [k, question] of ["a", "b"].entries()) {
      questions.want(question);
      asked[k]?.answer("1");
      await settled();
    }
    expect(asked).toHaveLength(2);
    questions.want("c");
    await vi.advanceTimersByTimeAsync(99);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.map(({ question }) => question)).toEqual(["a", "b", "c"]);
  });

  it("never has more allowance than the burst, however long nothing was asked", async () => {
    const questions = latest();
    await vi.advanceTimersByTimeAsync(10_000);
    for (const [k, question] of ["a", "b", "c"].entries()) {
      questions.want(question);
      asked[k]?.answer("1");
      await settled();
    }
    expect(asked).toHaveLength(2);
  });

  it("is not asked any more when nobody wants it", async () => {
    const questions = latest();
    questions.want("a");
    questions.want("b");
    questions.want(null);
    asked[0]?.answer("1");
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(1);
  });

  it("is asked again after a refusal that says so, unless another came meanwhile", async () => {
    refusing = "again";
    const questions = latest();
    questions.want("a");
    asked[0]?.refuse();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.map(({ question }) => question)).toEqual(["a", "a"]);
    questions.want("b");
    asked[1]?.refuse();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.map(({ question }) => question)).toEqual(["a", "a", "b"]);
  });
});
