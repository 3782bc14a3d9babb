/** The columns of the lens that have been answered, and the asking for those that are in view, in pieces, one after the other. */

import { signal } from "@preact/signals";
import type { AskLens, ErrorInfo, Lens } from "../../protocol/generated";
import { columnsOf, missing, type Column } from "./columns";

const PIECE = 24; // positions asked for at once: what is in view comes first

type AskFor = (question: AskLens, signal: AbortSignal) => Promise<Lens>;

export class LensTable {
  /** Counts the changes of what is known; read it before reading columns. */
  readonly version = signal(0);
  readonly refused = signal<readonly ErrorInfo[]>([]);
  private readonly columns = new Map<number, Column>();
  private wanted: [number, number] | null = null;
  private abort = new AbortController();
  private busy = false;
  private about = "";

  /** While the run goes on, `pause` lets the worker decode between two questions. */
  constructor(
    private readonly ask: AskFor,
    private readonly reasons: (error: unknown) => readonly ErrorInfo[],
    private readonly pause: () => Promise<void>,
  ) {}

  at(position: number): Column | null {
    return this.columns.get(position) ?? null;
  }

  /** Any column: all have as many rows. */
  get some(): Column | null {
    const [first] = this.columns.values();
    return first ?? null;
  }

  /** Positions `first` up to, not including, `last` of the run called `about` are in view. */
  want(about: string, first: number, last: number): void {
    if (about !== this.about) this.forget(about);
    this.wanted = [first, last];
    if (!this.refused.value.length) void this.fill();
  }

  /** Nobody looks any longer. */
  rest(): void {
    this.wanted = null;
  }

  again(): void {
    this.refused.value = [];
    void this.fill();
  }

  private forget(about: string): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.about = about;
    this.busy = false;
    this.columns.clear();
    this.refused.value = [];
    this.version.value += 1;
  }

  private async fill(): Promise<void> {
    const { signal } = this.abort;
    if (this.busy) return;
    this.busy = true;
    for (let piece = this.next(); piece && !signal.aborted; piece = this.next()) await this.fetch(piece, signal);
    if (!signal.aborted) this.busy = false;
  }

  private next(): [number, number] | null {
    if (!this.wanted || this.refused.value.length) return null;
    return missing((position) => this.columns.has(position), ...this.wanted, PIECE);
  }

  private async fetch([first, last]: [number, number], signal: AbortSignal): Promise<void> {
    try {
      const lens = await this.ask({ type: "lens", first, last, top: 3 }, signal);
      if (!signal.aborted) this.take(lens);
      await this.pause();
    } catch (error) {
      if (!signal.aborted) this.refused.value = this.reasons(error);
    }
  }

  private take(lens: Lens): void {
    for (const [position, column] of columnsOf(lens)) this.columns.set(position, column);
    this.version.value += 1;
  }
}
