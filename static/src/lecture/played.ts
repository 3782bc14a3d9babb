/** A game in a lecture's record, as `playground/classroom/played.py` writes it. Pure. */

import { SETTINGS } from "../classroom/guessing";
import type { Shown } from "../classroom/GameTexts";
import type { Card } from "../protocol/generated";
import { bytesOf, isNumber, isTime, listOf, numberOf, rowsOf, textOf, type Fields } from "./written";

export interface Played {
  ms: number;
  revealed: number;
  ended: number | null; // null: it stayed
  game: Shown;
}

/** The game, none where it does not hang together. */
export function gameOf(written: Fields): Played[] {
  const { ms, revealed, ended } = written;
  const game = shownOf(written);
  const goes = isTime(ms) && isTime(revealed) && (ended === null || isTime(ended));
  return goes && game ? [{ ms, revealed, ended, game }] : [];
}

function shownOf({ kind, prompt, setting: name, values: offered, answers, cards: texts }: Fields): Shown | null {
  const setting = SETTINGS.find((each) => each === name) ?? null;
  const values = Array.isArray(offered) ? offered.filter(isNumber) : [];
  const cards = listOf(texts).map(cardOf);
  const same = { prompt: textOf(prompt), answers: numberOf(answers), cards };
  if (kind === "odd") return cards.filter(({ by_model }) => by_model).length === 1 ? { ...same, kind, setting: null, values: [] } : null;
  const made = cards.every(({ value }) => value !== null && value in values);
  return kind === "match" && setting && made && cards.length > 1 ? { ...same, kind, setting, values } : null;
}

const cardOf = ({ text, cut, value, by_model, votes, right, bits, tokens }: Fields): Card => ({
  text: textOf(text),
  cut: cut === true,
  value: isNumber(value) ? value : null,
  by_model: by_model === true,
  run: null,
  bits: isNumber(bits) ? bits : null,
  tokens: rowsOf(tokens).map(([piece, surprisal]) => ({ piece: bytesOf(piece), surprisal: numberOf(surprisal) })),
  votes: Array.isArray(votes) ? votes.map(numberOf) : [],
  right: isNumber(right) ? right : null,
});
