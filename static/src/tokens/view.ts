/**
 * The token stream as DOM: a token is appended and nothing already drawn is drawn again. Colours are one custom property per
 * token, so the style sheet owns them. Knows positions and numbers; not where they come from.
 */

import type { Token } from "../protocol/generated";
import { Lines } from "./lines";
import { PieceReader, type Part } from "./pieces";
import { Sight } from "./sight";

const LEVELS = 24; // shades of attention: a token whose shade stays is not touched
const WHITE = /[ \t\n\r\u00a0\u200b]/;
const SPECIAL = /^<(\|[^|]+\||\/?s|pad|unk|bos|eos)>$/; // how tokenizers write tokens that are no text
const MARKS: Record<string, string> = { " ": "space", "\n": "newline", "\t": "tab" };

export class StreamView {
  private reader = new PieceReader();
  private readonly elements: HTMLElement[] = []; // by position, prompt first
  private readonly pieces: Uint8Array[] = []; // by position
  private readonly levels: number[] = []; // of attention as drawn, by position
  private promptLength = 0;
  private current: HTMLElement | null = null;
  private lit: HTMLElement | null = null;
  private marked: readonly HTMLElement[] = [];
  private parting: HTMLElement | null = null;
  private attended: Float32Array | null = null; // by position
  private readonly sight = new Sight(
    () => this.prompt.closest(".stream-scroll"),
    () => this.shade(),
  );
  private readonly promptLines: Lines;
  private readonly outputLines: Lines;
  private hiddenFrom: number | null = null; // step
  private owned: readonly number[] = []; // steps

  constructor(
    private readonly prompt: HTMLElement,
    readonly output: HTMLElement,
  ) {
    this.promptLines = new Lines(prompt);
    this.outputLines = new Lines(output);
  }

  get outputLength(): number {
    return this.elements.length - this.promptLength;
  }

  clear(): void {
    this.reader = new PieceReader();
    this.elements.length = this.levels.length = this.pieces.length = 0;
    this.promptLength = 0;
    this.attended = null;
    this.sight.cut(0);
    this.current = this.lit = this.parting = null;
    this.marked = [];
    this.prompt.replaceChildren();
    this.output.replaceChildren();
    this.promptLines.clear();
    this.outputLines.clear();
  }

  /** Takes away all but the first `length` tokens of the output. */
  cut(length: number): void {
    const end = this.promptLength + length;
    this.sight.cut(end);
    this.elements.slice(end).forEach((element) => element.remove());
    this.outputLines.cut();
    if (this.current && this.elements.indexOf(this.current) >= end) this.current = null;
    this.elements.length = this.pieces.length = Math.min(this.elements.length, end);
    this.levels.length = Math.min(this.levels.length, end);
    this.reader = new PieceReader();
    this.pieces.forEach((piece) => this.reader.read(piece));
  }

  setPrompt(ids: readonly number[], pieces: readonly Uint8Array[]): void {
    const drawn = pieces.map((piece, k) => this.element(piece, k, `#${ids[k]}`));
    this.prompt.replaceChildren(...drawn);
    drawn.forEach((element, k) => this.sight.watch(element, k));
    this.elements.push(...drawn);
    this.promptLength = drawn.length;
    this.promptLines.grown();
  }

  append(tokens: readonly Token[], title: (token: Token) => string): void {
    const drawn = tokens.map((token) => this.outputElement(token, title(token)));
    this.output.append(...drawn);
    drawn.forEach((element, k) => this.sight.watch(element, this.elements.length + k));
    this.elements.push(...drawn);
    this.outputLines.grown();
  }

  private outputElement(token: Token, title: string): HTMLElement {
    const element = this.element(token.piece, this.promptLength + token.step, title);
    element.role = "option";
    element.tabIndex = -1;
    element.ariaSelected = "false";
    element.dataset.testid = "token";
    element.dataset.step = String(token.step);
    element.dataset.id = String(token.id);
    return element;
  }

  private element(piece: Uint8Array, position: number, title: string): HTMLElement {
    const element = document.createElement("span");
    element.className = "token";
    element.dataset.position = String(position);
    element.title = title;
    this.pieces.push(piece);
    element.append(...this.reader.read(piece).flatMap(nodes));
    if (SPECIAL.test(element.textContent ?? "")) element.classList.add("special");
    if (piece.length === 0) element.append(bytes("∅"));
    return element;
  }

  /** Colours tokens `from` on by `value` (0 to 1, null: no colour). */
  tint(from: number, tokens: readonly Token[], value: (token: Token) => number | null): void {
    for (const token of tokens.slice(from)) setNumber(this.elements[this.promptLength + token.step], "--heat", value(token));
  }

  /** Colours the tokens of the prompt by `values`; null takes the colours away. */
  tintPrompt(values: readonly (number | null)[] | null): void {
    this.elements.slice(0, this.promptLength).forEach((element, k) => setNumber(element, "--heat", values?.[k] ?? null));
  }

  /** Marks positions by how much they are attended to, relative to the most; null takes the marks away. */
  attend(weights: Float32Array | null): void {
    if (weights === null && this.attended === null) return;
    this.attended = weights;
    this.prompt.parentElement?.classList.toggle("attending", weights !== null);
    this.shade();
  }

  /** Shades what is in sight, the rest when it comes there: a row of thousands changes with every token. */
  private shade(): void {
    const weights = this.attended;
    if (!weights) return; // the marks that are left show nothing, and are set anew before they do
    const most = weights.reduce((a, b) => Math.max(a, b), 0) || 1;
    const [from, to] = this.sight.stretch;
    for (let k = Math.max(0, from); k < Math.min(to, this.elements.length); k++) {
      const level = Math.round(((weights[k] ?? 0) / most) * LEVELS);
      if (level !== (this.levels[k] ?? 0)) setNumber(this.elements[k], "--attended", level ? level / LEVELS : null);
      this.levels[k] = level;
    }
  }

  /** Colours every position by how much it speaks for (above 0) or against something, relative to the most; null takes the colours away. */
  weigh(scores: Float32Array | null): void {
    this.prompt.parentElement?.classList.toggle("weighing", scores !== null);
    const most = scores?.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
    this.elements.forEach((element, k) => {
      const share = (scores?.[k] ?? 0) / most;
      setNumber(element, "--for", share > 0 ? share : null);
      setNumber(element, "--against", share < 0 ? -share : null);
    });
  }

  /** Marks the token of `step`. Returns its element where it is another one than before. */
  select(step: number): HTMLElement | null {
    const next = step < 0 ? null : (this.elements[this.promptLength + step] ?? null);
    if (next === this.current) return null;
    if (this.current) this.mark(this.current, false);
    if (next) this.mark(next, true);
    this.current = next;
    return next;
  }

  private mark(element: HTMLElement, selected: boolean): void {
    element.tabIndex = selected ? 0 : -1;
    element.ariaSelected = String(selected);
  }

  /** Marks the tokens of `steps`, ascending, which would be others under other settings. */
  differ(steps: readonly number[]): void {
    this.marked.forEach((element) => element.classList.remove("differs", "first"));
    this.marked = steps.flatMap((step) => this.elements[this.promptLength + step] ?? []);
    this.marked.forEach((element, k) => element.classList.add("differs", ...(k === 0 ? ["first"] : [])));
  }

  entitle(step: number, title: string): void {
    const element = this.at(step);
    if (element) element.title = title;
  }

  /** Hides the output from `step` on, while it is being rewritten; null shows all. */
  hideFrom(step: number | null): void {
    if (step === null && this.hiddenFrom === null) return;
    this.elements.slice(this.promptLength).forEach((element, k) => (element.hidden = step !== null && k >= step));
    this.hiddenFrom = step;
  }

  /** Marks the steps at which a person decided. */
  own(steps: readonly number[]): void {
    if (steps.length === 0 && this.owned.length === 0) return;
    this.output.querySelectorAll(".yours").forEach((element) => element.classList.remove("yours"));
    for (const step of steps) this.elements[this.promptLength + step]?.classList.add("yours");
    this.owned = steps;
  }

  /** The element of a token of the output. */
  at(step: number): HTMLElement | null {
    return this.elements[this.promptLength + step] ?? null;
  }

  /** Marks the token at which the text parts from another one; the style sheet marks what follows it. */
  part(step: number | null): void {
    const next = step === null ? null : this.at(step);
    if (next === this.parting) return;
    this.parting?.classList.remove("parting");
    next?.classList.add("parting");
    this.parting = next;
  }

  hover(position: number | null): void {
    this.lit?.classList.remove("lit");
    this.lit = position === null ? null : (this.elements[position] ?? null);
    this.lit?.classList.add("lit");
  }

  /** The step nearest above (-1) or below (1) `step` on the screen. */
  verticalNeighbour(step: number, direction: -1 | 1): number {
    const from = this.elements[this.promptLength + step]?.getBoundingClientRect();
    if (!from) return step;
    let best = step;
    let distance = Infinity;
    for (let other = step + direction; other >= 0 && other < this.outputLength; other += direction) {
      const box = this.elements[this.promptLength + other]?.getBoundingClientRect();
      if (!box || Math.abs(box.top - from.top) < from.height / 2) continue;
      const far = Math.abs(box.top - from.top) * 4 + Math.abs(box.left - from.left);
      if (far < distance) [best, distance] = [other, far];
      else if (Math.abs(box.top - from.top) > 3 * from.height) break;
    }
    return best;
  }
}

function setNumber(element: HTMLElement | undefined, name: string, value: number | null): void {
  if (value === null) element?.style.removeProperty(name);
  else element?.style.setProperty(name, value.toFixed(3));
}

const nodes = ({ kind, value }: Part): Node[] => (kind === "text" ? marked(value) : [bytes(value)]);

function bytes(hexadecimal: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "bytes";
  element.textContent = hexadecimal;
  return element;
}

/** Text nodes, with white space in elements of its own that the style sheet makes visible; what is copied stays plain text. */
function marked(text: string): Node[] {
  const nodes: Node[] = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(plain));
    plain = "";
  };
  for (const character of text) {
    if (!WHITE.test(character)) plain += character;
    else {
      flush();
      nodes.push(space(character));
    }
  }
  flush();
  return nodes;
}

function space(character: string): HTMLElement {
  const element = document.createElement("span");
  element.className = `white ${MARKS[character] ?? "other"}`;
  element.textContent = character;
  return element;
}
