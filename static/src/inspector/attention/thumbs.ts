/** The thumbnails of all heads as they grow: rows are pooled as tokens arrive, a slice at a time, whether or not the panel is open. */

import { effect, signal } from "@preact/signals";
import { values } from "../../protocol/codec";
import type { AttentionMaps, Token } from "../../protocol/generated";
import { inquire } from "../../session";
import { headsOf, keyOf, sent, type AttentionRow, type Head } from "../../store/attention";
import { promptLength, run, shownTokens, token } from "../../store/view";
import { levelOf, SIDE, Tiles } from "../../draw/tiles";
import { starts, watched, whole } from "./state";

const SLICE_MS = 5; // of one frame; pooling a thousand rows of every head takes seconds

/** Steps whose rows are in the tiles. */
export const fed = signal(0);
export let tiles = new Tiles();

/** Thumbnails of the prompt's rows, as the server pooled them; the cells of a head in rows. */
export interface Pooled {
  cell: number; // positions to a side
  side: number; // cells to a row
  levels: Map<string, Uint8Array>;
}
export const pooled = signal<Pooled | null>(null);

let about = "";
let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  const { id, epoch, several, started } = run.value;
  const now = `${id} ${epoch} ${several.shown} ${started !== null}`;
  if (now === about) return;
  about = now;
  tiles = new Tiles(starts.value);
  fed.value = 0;
  pooled.value = null;
});

effect(() => {
  if (shownTokens.value.length > fed.peek()) feed();
});

function feed(): void {
  clearTimeout(timer);
  const tokens = run.peek().tokens;
  const until = performance.now() + SLICE_MS;
  let next = fed.peek();
  while (next < tokens.length && performance.now() < until) tiles.push(rowsOf(tokens[next] as Token), promptLength.peek() + next++);
  fed.value = next;
  if (next < tokens.length) timer = setTimeout(feed);
}

function rowsOf({ attention }: Token): (readonly [string, AttentionRow])[] {
  return attention ? headsOf(attention).map((head, n) => [keyOf(head), sent(attention, n)] as const) : [];
}

/** Asks for the prompt's part of every thumbnail, once it is wanted. */
effect(() => {
  const heads = watched.value;
  if (whole.value && token.value && heads.length > 0 && promptLength.value > 1 && !pooled.peek()) void want(heads, promptLength.value - 1);
});

async function want(heads: readonly Head[], last: number): Promise<void> {
  const asked = about;
  const cell = 2 ** Math.max(0, Math.ceil(Math.log2(last / SIDE)));
  pooled.value = { cell, side: Math.ceil(last / cell), levels: new Map() }; // asked for once
  try {
    const maps = heads.map(({ layer, head }): [number, number] => [layer, head]);
    const answer = (await inquire({ type: "attention", maps, last, cell })) as AttentionMaps;
    if (asked === about) pooled.value = read(answer, heads);
  } catch {
    // The large map asks for the same rows and says why there are none.
  }
}

function read({ values: block, scale, cell }: AttentionMaps, heads: readonly Head[]): Pooled {
  const [, rows = 0, side = 0] = block.shape;
  const scales = values(scale);
  const levelsOf = (n: number): Uint8Array =>
    Uint8Array.from({ length: rows * side }, (_, k) =>
      levelOf((block.data[n * rows * side + k] ?? 0) * (scales[n * rows + Math.floor(k / side)] ?? 0)),
    );
  return { cell, side, levels: new Map(heads.map((head, n) => [keyOf(head), levelsOf(n)])) };
}
