/** The texts of a game under what is asked about them: in a room, on the projector and where the lecture is replayed. Knows no room. */

import "../styles/games.css";
import { fill, gettext } from "../i18n";
import type { Card, Game } from "../protocol/generated";
import { fields } from "../store/draft";
import { ending, heatOf, letter, spelt } from "./guessing";

/** What of a game is shown. */
export type Shown = Pick<Game, "kind" | "prompt" | "setting" | "values" | "cards" | "answers">;

const MOST_SHOWN = 160; // characters of a beginning, far away on a wall

export const settingTitle = (name: string): string => fields.find((field) => field.name === name)?.title ?? name;
export const valueText = (value: number): string => String(Number(value.toPrecision(6)));
export const bitsText = (bits: number): string => fill(gettext("%(bits)s bits"), { bits: bits.toFixed(1) });

export function Heading({ of, far = false }: { of: Shown; far?: boolean }) {
  return (
    <>
      <h2>
        {of.kind === "odd"
          ? gettext("Which text did the model write?")
          : fill(gettext("%(setting)s: which value wrote which text?"), { setting: settingTitle(of.setting ?? "") })}
      </h2>
      <p class="game-prompt">{far ? ending(of.prompt, MOST_SHOWN) : of.prompt}</p>
    </>
  );
}

/** What is asked, to be read and not to be answered. */
export function Asking({ of, far = false }: { of: Shown; far?: boolean }) {
  return (
    <>
      <Heading of={of} far={far} />
      {of.kind === "match" && (
        <p class="game-offer" data-testid="game-offer">
          {of.values.map((value) => (
            <span key={value} class="figures">
              {valueText(value)}
            </span>
          ))}
        </p>
      )}
      <ol class="game-texts">
        {of.cards.map(({ text, cut }, place) => (
          <li key={place} class="game-text">
            <Lettered card={{ text, cut }} place={place} />
          </li>
        ))}
      </ol>
    </>
  );
}

export function Lettered({ card, place }: { card: Partial<Card> & { text: string }; place: number }) {
  return (
    <div class="game-lettered">
      <b class="game-letter" aria-label={fill(gettext("Text %(letter)s"), { letter: letter(place) })}>
        {letter(place)}
      </b>
      {card.tokens?.length ? (
        <Coloured card={card as Card} />
      ) : (
        <p class="game-words">
          {card.text}
          {card.cut && <span class="quiet">…</span>}
        </p>
      )}
    </div>
  );
}

/** The text with how surprising each of its tokens is to the model. */
function Coloured({ card }: { card: Card }) {
  return (
    <p class="game-words">
      {spelt(card.tokens).map(({ text, bits }, place) => (
        <span key={place} class="game-token" style={{ "--heat": heatOf(bits) }} data-bits={bits} title={bitsText(bits)}>
          {text}
        </span>
      ))}
      {card.cut && <span class="quiet">…</span>}
    </p>
  );
}
