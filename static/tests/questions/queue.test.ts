import { expect, it } from "vitest";
import { Queue } from "../../src/questions/queue";

/** A queue of which each question is answered by hand. */
function byHand(atOnce: number) {
  const sent: string[] = [];
  const answer: Record<string, (answer: string) => void> = {};
  const queue = new Queue((question: string) => {
    sent.push(question);
    return new Promise<string>((answered) => (answer[question] = answered));
  }, atOnce);
  return { queue, sent, answer };
}

const never = new AbortController().signal;

it("asks few at once, and then the newest first", async () => {
  const { queue, sent, answer } = byHand(2);
  const all = ["a", "b", "c", "d"].map((question) => queue.ask(question, never));
  expect(sent).toEqual(["a", "b"]);
  answer["a"]?.("A");
  expect(await all[0]).toBe("A");
  await Promise.resolve();
  expect(sent).toEqual(["a", "b", "d"]);
});

it("never sends what was withdrawn while it waited", async () => {
  const { queue, sent, answer } = byHand(1);
  const abort = new AbortController();
  const first = queue.ask("a", never);
  const withdrawn = queue.ask("b", abort.signal);
  const last = queue.ask("c", never);
  abort.abort("left");
  answer["a"]?.("A");
  await first;
  await expect(withdrawn).rejects.toBe("left");
  answer["c"]?.("C");
  expect(await last).toBe("C");
  expect(sent).toEqual(["a", "c"]);
});

it("goes on after a question that failed", async () => {
  const queue = new Queue((question: string) => (question === "bad" ? Promise.reject(new Error("no")) : Promise.resolve(question)), 1);
  const [bad, good] = [queue.ask("bad", never), queue.ask("good", never)];
  await expect(bad).rejects.toThrow("no");
  expect(await good).toBe("good");
});
