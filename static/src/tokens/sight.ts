/** Which stretch of a long text is in sight, so that only that is coloured anew. Knows elements and positions; not what they show. */

const EVERY = 32; // tokens from one that is watched to the next: a text of thousands has few of them
const AROUND = "50% 0px"; // of the scroller's height: what is scrolled to has its colours already

/** Follows the text while it is scrolled and grows; `changed` is called when another stretch is in sight. */
export class Sight {
  private readonly seen = new Set<number>();
  private readonly positions = new WeakMap<Element, number>();
  private observer: IntersectionObserver | null = null;

  constructor(
    private readonly scroller: () => Element | null,
    private readonly changed: () => void,
  ) {}

  watch(element: Element, position: number): void {
    if (position % EVERY !== 0) return;
    this.positions.set(element, position);
    this.observer ??= new IntersectionObserver(this.told, { root: this.scroller(), rootMargin: AROUND });
    this.observer.observe(element);
  }

  /** Forgets the positions from `position` on, whose elements are gone. */
  cut(position: number): void {
    if (position === 0) {
      this.observer?.disconnect();
      this.observer = null;
    }
    for (const seen of this.seen) if (seen >= position) this.seen.delete(seen);
  }

  /** The first position in sight and one behind the last; everything as long as nothing is known. */
  get stretch(): [from: number, to: number] {
    if (this.seen.size === 0) return [0, Infinity];
    return [Math.min(...this.seen) - EVERY, Math.max(...this.seen) + EVERY];
  }

  private readonly told = (entries: IntersectionObserverEntry[]): void => {
    for (const { target, isIntersecting } of entries) {
      const position = this.positions.get(target);
      if (position === undefined || !target.isConnected) continue;
      if (isIntersecting) this.seen.add(position);
      else this.seen.delete(position);
    }
    this.changed();
  };
}
