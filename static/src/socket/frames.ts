/** Gathers what arrives within a frame of the screen, so that many messages cost one update. */

const HIDDEN_MS = 100; // a hidden page gets no animation frames, and must go on acknowledging

export class Gatherer<T> {
  private waiting: T[] = [];
  private frame = 0;
  private timer = 0;

  constructor(private readonly deliver: (items: T[]) => void) {}

  add(item: T): void {
    this.waiting.push(item);
    if (this.waiting.length > 1) return;
    this.frame = requestAnimationFrame(() => this.flush());
    this.timer = window.setTimeout(() => this.flush(), HIDDEN_MS);
  }

  /** Delivers what has come, now. */
  flush(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    const items = this.waiting;
    this.waiting = [];
    if (items.length > 0) this.deliver(items);
  }
}
