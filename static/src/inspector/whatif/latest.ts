/** Asks one question at a time: of those that come while one is out, or beyond what is allowed, only the last is asked. Knows no question. */

import { Allowance } from "./allowance";

const AGAIN_MS = 500; // after a refusal that only says "too many"

export interface Asking<Q, A> {
  ask: (question: Q) => Promise<A>;
  answered: (question: Q, answer: A) => void;
  refused: (question: Q, error: unknown) => "again" | "give up";
}

export class Latest<Q, A> {
  private next: Q | null = null;
  private out = false;
  private notBefore = -Infinity; // ms, the page's clock: after a refusal
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly asking: Asking<Q, A>,
    private readonly allowance: Allowance,
  ) {}

  /** `question` is the one that matters now; null: none does. */
  want(question: Q | null): void {
    this.next = question;
    clearTimeout(this.timer);
    if (question === null || this.out) return;
    const wait = Math.max(this.notBefore - performance.now(), this.allowance.wait());
    if (wait <= 0) void this.send(question);
    else this.timer = setTimeout(() => this.want(this.next), wait);
  }

  private async send(question: Q): Promise<void> {
    this.next = null;
    this.out = true;
    this.allowance.spend();
    try {
      this.asking.answered(question, await this.asking.ask(question));
    } catch (error) {
      if (this.asking.refused(question, error) === "again") this.wait(question);
    }
    this.out = false;
    this.want(this.next);
  }

  private wait(question: Q): void {
    this.notBefore = performance.now() + AGAIN_MS;
    this.next ??= question;
  }
}
