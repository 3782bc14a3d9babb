/** Questions on their way: few at once, the newest first; one that nobody waits for any longer is never sent. Knows no socket. */

interface Waiting<Q, A> {
  question: Q;
  signal: AbortSignal;
  answered: (answer: A) => void;
  refused: (reason: unknown) => void;
}

export class Queue<Q, A> {
  private waiting: Waiting<Q, A>[] = [];
  private out = 0;

  constructor(
    private readonly send: (question: Q) => Promise<A>,
    private readonly atOnce: number,
  ) {}

  /** What `question` is answered. Raises what `send` raises, or the reason of `signal` where it was withdrawn before it was sent. */
  ask(question: Q, signal: AbortSignal): Promise<A> {
    return new Promise((answered, refused) => {
      this.waiting.push({ question, signal, answered, refused });
      this.next();
    });
  }

  private next(): void {
    const [withdrawn, wanted] = [this.waiting.filter(({ signal }) => signal.aborted), this.waiting.filter(({ signal }) => !signal.aborted)];
    withdrawn.forEach(({ refused, signal }) => refused(signal.reason));
    this.waiting = wanted;
    const newest = this.out < this.atOnce ? wanted.pop() : undefined;
    if (newest) void this.put(newest);
  }

  private async put({ question, answered, refused }: Waiting<Q, A>): Promise<void> {
    this.out += 1;
    await this.send(question).then(answered, refused);
    this.out -= 1;
    this.next();
  }
}
