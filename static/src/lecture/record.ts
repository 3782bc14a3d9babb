/** A lecture's record, as `playground/classroom/recorded.py` writes it, and what was on the screen at a moment of it. Pure. */

import { fitting, type Looked } from "../classroom/glance";
import { gameOf, type Played } from "./played";
import { bytesOf, fieldsOf, isTime, listOf, numberOf, rowsOf, textOf, type Fields } from "./written";

export interface Choice {
  id: number;
  piece: Uint8Array;
  p: number | null;
  votes: number;
}

export interface Ask {
  ms: number;
  revealed: number;
  run: string | null;
  kind: "token" | "choice";
  text: string;
  why: string;
  step: number;
  options: Choice[];
  guessed: number; // votes for none of them
  drawn: Pick<Choice, "id" | "piece" | "p">;
  dice: { greedy: boolean; u: number; low: number; high: number };
}

export interface Lecture {
  length: number; // ms
  seen: { ms: number; run: string; tokens: number }[];
  views: { ms: number; view: Looked }[]; // whole ones
  asks: Ask[];
  games: Played[];
}

/** What was on the screen: the run and so many of its tokens, where the teacher looked, and the question or the game that the class was at. */
export interface Shown {
  run: string;
  tokens: number;
  view: Looked | null;
  ask: Ask | null;
  game: Played | null;
  isRevealed: boolean; // of the two
}

const SECONDS_AFTER = 20; // an answer of a lesson stays so long, where nothing follows

/** The record in a session's draft, which anybody may have written; null where there is none that can be played. */
export function lectureOf(draft: unknown): Lecture | null {
  const { version, length, runs, seen, views, asks, games } = fieldsOf(fieldsOf(draft).lecture);
  if (version !== 1 || typeof length !== "number" || !(length >= 0) || !Array.isArray(runs)) return null;
  const named = (n: unknown): string | null => (typeof n === "number" && typeof runs[n] === "string" ? runs[n] : null);
  const places = rowsOf(seen).flatMap(([ms, n, tokens]) => {
    const run = named(n);
    return isTime(ms) && run !== null && isTime(tokens) ? [{ ms, run, tokens }] : [];
  });
  if (places.length === 0) return null;
  return {
    length,
    seen: sorted(places),
    views: wholeViews(rowsOf(views)),
    asks: sorted(listOf(asks).flatMap((ask) => askOf(ask, named))),
    games: sorted(listOf(games).flatMap(gameOf)),
  };
}

const sorted = <T extends { ms: number }>(entries: T[]): T[] => entries.sort((a, b) => a.ms - b.ms);

/** A view is told by what has changed since the one before. */
function wholeViews(rows: unknown[][]): Lecture["views"] {
  let before: Looked = {};
  return rows.flatMap(([ms, changes]) => {
    before = { ...before, ...fitting(fieldsOf(changes)) };
    return isTime(ms) ? [{ ms, view: before }] : [];
  });
}

function askOf(ask: Fields, named: (n: unknown) => string | null): Ask[] {
  const { ms, revealed } = ask;
  if (!isTime(ms) || !isTime(revealed)) return [];
  const dice = fieldsOf(ask.dice);
  return [
    {
      ms,
      revealed,
      run: named(ask.run),
      kind: ask.kind === "choice" ? "choice" : "token",
      text: textOf(ask.text),
      why: textOf(ask.why),
      step: numberOf(ask.step),
      options: listOf(ask.options).map((option) => ({ ...tokenOf(option), votes: numberOf(option.votes) })),
      guessed: numberOf(ask.guessed),
      drawn: tokenOf(fieldsOf(ask.drawn)),
      dice: { greedy: dice.greedy === true, u: numberOf(dice.u), low: numberOf(dice.low), high: numberOf(dice.high) },
    },
  ];
}

const tokenOf = ({ id, piece, p }: Fields): Omit<Choice, "votes"> => ({
  id: numberOf(id),
  piece: bytesOf(piece),
  p: typeof p === "number" ? p : null,
});

/** The last of ascending entries that had come at `ms`; -1: none had. */
function placeAt(entries: readonly { ms: number }[], ms: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.ms ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What the class saw at `ms`; before the beginning, what it saw first. A game stands where otherwise a question would. */
export function shownAt({ seen, views, asks, games }: Lecture, ms: number): Shown {
  const { run = "", tokens = 0 } = seen[Math.max(0, placeAt(seen, ms))] ?? {};
  const view = views[placeAt(views, ms)]?.view ?? null;
  const played = games[placeAt(games, ms)];
  const game = played && (played.ended === null || ms < played.ended) ? played : null;
  const last = asks[placeAt(asks, ms)];
  const ask = !game && last && (ms < last.revealed || isAt(last, run, tokens, ms)) ? last : null;
  return { run, tokens, view, ask, game, isRevealed: ms >= ((game ?? ask)?.revealed ?? Infinity) };
}

/** Whether a question that was answered is still what the class is at: until the run goes on. */
const isAt = (ask: Ask, run: string, tokens: number, ms: number): boolean =>
  ask.kind === "choice" ? ms < ask.revealed + SECONDS_AFTER * 1000 : ask.run === run && tokens <= ask.step + 1;
