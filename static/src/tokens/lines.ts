/**
 * Finished lines of a growing text, in blocks: with a new token only the last lines are laid out and painted anew, and blocks out of sight are
 * not drawn at all. Parts a text only where the browser has broken a line. Knows elements; not what they show.
 */

const WORTH = 96; // tokens of a block, at least
const LOOSE = 32; // tokens left alone at the end: their lines may still change
const SETTLED = 8; // tokens behind a block, at least, for its last line to stay as it is
const CALM_MS = 200; // after the last change of the width
const AGAIN = 1 / 8; // more tokens, before lines are looked for again where none were found: one endless word costs little
const AROUND = 32; // tokens: how far the direction of a letter reaches at most
const LETTER = /[\p{L}\p{M}\p{N}]/u;
const WORD_BY_ITSELF = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u; // between which lines may break
const FROM_THE_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export class Lines {
  private readonly blocks: HTMLElement[] = [];
  private readonly width = new ResizeObserver(([entry]) => this.resized(entry!.contentRect.width));
  private drawnWidth = 0;
  private asked = 0;
  private timer = 0;
  private enough = WORTH + LOOSE; // tokens behind the last block to look for lines in

  constructor(private readonly text: HTMLElement) {
    const paragraph = text.closest("p");
    if (paragraph) this.width.observe(paragraph);
    const self = new WeakRef(this); // the document outlives the text
    document.fonts?.addEventListener("loadingdone", () => self.deref()?.again());
    document.addEventListener("copy", (event) => event.defaultPrevented || self.deref()?.copied());
  }

  /** There are more tokens: makes blocks of them before the next frame, where there are enough. */
  grown(): void {
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.fold();
    });
  }

  /** Everything has been taken away. */
  clear(): void {
    this.blocks.length = 0;
    this.enough = WORTH + LOOSE;
  }

  /** Tokens at the end have been taken away: what the lines before them rested on. */
  cut(): void {
    while (this.blocks.length > 0 && this.loose().length < SETTLED) this.dissolve();
    this.enough = WORTH + LOOSE;
  }

  private fold(): void {
    const loose = this.loose();
    if (loose.length < this.enough || this.isSelected()) return;
    this.enough = loose.length * (1 + AGAIN);
    keepingFocus(() => this.encloseLines(loose));
  }

  private encloseLines(loose: readonly HTMLElement[]): void {
    const starts = lineStarts(loose.slice(0, 1 - LOOSE)).filter(({ at }) => readsFromTheLeft(loose, at));
    if (this.blocks.length > 0 && starts.length > 0) starts.unshift({ at: 0, hung: false, middle: middle(loose[0]!.getClientRects()[0]!) });
    let from = starts[0];
    for (const to of starts)
      if (from && to.at - from.at >= WORTH) {
        this.enclose(loose.slice(from.at, to.at), from, to);
        from = to;
      }
  }

  /** Tokens that move would take the ends of a selection along. */
  private isSelected(): boolean {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(this.text, true);
  }

  /** Where more than the text is selected, the browser copies, and would begin a line with every block. */
  private copied(): void {
    const selection = getSelection();
    if (this.blocks.length === 0 || !selection || !this.isSelected()) return;
    const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
    this.again();
    if (anchorNode && focusNode) selection.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
  }

  /** The tokens behind the last block, or all. */
  private loose(): HTMLElement[] {
    const tokens: HTMLElement[] = [];
    let next = this.blocks.at(-1)?.nextElementSibling ?? (this.blocks.length > 0 ? null : this.text.firstElementChild);
    for (; next; next = next.nextElementSibling) tokens.push(next as HTMLElement);
    return tokens;
  }

  private enclose(tokens: readonly HTMLElement[], from: Start, to: Start): void {
    const block = document.createElement("span");
    block.className = to.hung ? "lines hanging" : "lines";
    block.style.setProperty("contain-intrinsic-block-size", `auto ${to.middle - from.middle}px`);
    tokens[0]!.before(block);
    block.append(...tokens);
    if (from.hung) tokens[0]!.classList.add("hung");
    if (to.hung) block.nextElementSibling!.classList.add("hung");
    this.blocks.push(block);
    this.enough = WORTH + LOOSE;
  }

  /** Its lines are broken by the browser again, and those behind it; where another block is before it, it still begins a line. */
  private dissolve(): void {
    const block = this.blocks.pop()!;
    block.nextElementSibling?.classList.remove("hung");
    if (this.blocks.length === 0) block.firstElementChild?.classList.remove("hung");
    block.replaceWith(...block.childNodes);
  }

  private resized(width: number): void {
    if (width === 0 || width === this.drawnWidth) return; // out of sight it breaks no lines
    this.drawnWidth = width;
    this.again();
  }

  /** Lines break elsewhere. */
  private again(): void {
    keepingFocus(() => {
      while (this.blocks.length > 0) this.dissolve();
    });
    this.enough = WORTH + LOOSE;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.grown(), CALM_MS);
  }
}

interface Start {
  at: number; // of the token
  hung: boolean; // its space has been left hanging at the end of the line before
  middle: number; // of the line, px
}

/** Those of `tokens` (but for the first) that begin a line. */
function lineStarts(tokens: readonly HTMLElement[]): Start[] {
  const starts: Start[] = [];
  let before: DOMRect | undefined;
  tokens.forEach((token, at) => {
    const boxes = token.getClientRects();
    const [first, second] = boxes;
    if (before && first) {
      if (isBelow(first, before) && !inWord(tokens[at - 1]!, token)) starts.push({ at, hung: false, middle: middle(first) });
      else if (second && isBelow(second, before) && hangs(token, first)) starts.push({ at, hung: true, middle: middle(second) });
    }
    before = boxes[boxes.length - 1];
  });
  return starts;
}

/** Whether all that a token has in its `first` box is one space. */
function hangs(token: HTMLElement, first: DOMRect): boolean {
  const [space, text] = token.childNodes;
  if (!(space instanceof HTMLElement) || !space.classList.contains("space") || text?.nodeType !== Node.TEXT_NODE) return false;
  const box = space.getClientRects()[0];
  return box !== undefined && box.right >= first.right - 0.5;
}

/** Whether a word too long for a line has been broken between the two; where it is broken depends on all of it. */
function inWord(token: HTMLElement, next: HTMLElement): boolean {
  const sides = [token.textContent!.at(-1) ?? "", next.textContent!.at(0) ?? ""];
  return sides.every((side) => LETTER.test(side) && !WORD_BY_ITSELF.test(side));
}

/** Whether a line that begins `at` shows the same by itself: beside letters read from the right, marks take their side from the line before. */
function readsFromTheLeft(tokens: readonly HTMLElement[], at: number): boolean {
  return !tokens.slice(Math.max(0, at - AROUND), at + AROUND).some((token) => FROM_THE_RIGHT.test(token.textContent!));
}

/** Elements that move lose the focus. */
function keepingFocus(change: () => void): void {
  const focused = document.activeElement as HTMLElement | null;
  change();
  if (focused !== document.activeElement) focused?.focus({ preventScroll: true });
}

const middle = (box: DOMRect): number => (box.top + box.bottom) / 2;

const isBelow = (box: DOMRect, other: DOMRect): boolean => middle(box) - middle(other) > 0.6 * other.height;
