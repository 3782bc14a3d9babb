/** How often something may be done: `burst` times at once, and once more every `everyMs`. Knows nothing of what is done. */

export class Allowance {
  private left: number;
  private seen = performance.now(); // ms

  constructor(
    private readonly burst: number,
    private readonly everyMs: number,
  ) {
    this.left = burst;
  }

  /** Milliseconds until it may be done; 0: now. */
  wait(): number {
    this.gain();
    return Math.max(0, (1 - this.left) * this.everyMs);
  }

  spend(): void {
    this.gain();
    this.left -= 1;
  }

  private gain(): void {
    const now = performance.now();
    this.left = Math.min(this.burst, this.left + (now - this.seen) / this.everyMs);
    this.seen = now;
  }
}
