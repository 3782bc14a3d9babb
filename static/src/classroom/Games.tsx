/** Guessing games as the class sees them: matching and choosing on a phone, and for everybody what was true. */

import "../styles/games.css";
import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import type { Card, Game } from "../protocol/generated";
import { fields } from "../store/draft";
import { metrics } from "../tokens/metric";
import { assigned, complete, ending, heatOf, isRight, leastSurprising, letter, spelt, type Pick } from "./guessing";
import { game, isTeacher, room, tell, you } from "./room";
import { points } from "./words";

const picks = signal<{ game: number; picks: Pick[] }>({ game: 0, picks: [] });
const SWATCHES = [0, 0.25, 0.5, 0.75, 1];

/** The game that the class is asked about, or has the truth of. */
export function GameCard() {
  const now = game.value;
  if (!now || now.cards.length === 0) return null;
  return (
    <section
      class={`question game ${now.state}`}
      aria-label={gettext("Game")}
      data-testid="game"
      data-state={now.state}
      data-kind={now.kind}
    >
      {now.state === "revealed" ? <Truth of={now} /> : <Guessing of={now} />}
    </section>
  );
}

export const settingTitle = (name: string): string => fields.find((field) => field.name === name)?.title ?? name;
const valueText = (value: number): string => String(Number(value.toPrecision(6)));

const MOST_SHOWN = 160; // characters of a beginning, far away on a wall

export function Heading({ of, far = false }: { of: Game; far?: boolean }) {
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

function Guessing({ of }: { of: Game }) {
  const sent = you.value?.picked ?? null;
  const over = sent !== null || of.state !== "open";
  const mine = sent ?? (picks.value.game === of.id ? picks.value.picks : of.cards.map(() => null));
  const whole = of.kind === "match" ? complete(mine) : mine[0] == null ? null : [mine[0]];
  const pick = (next: Pick[]) => (picks.value = { game: of.id, picks: next });
  return (
    <form
      class="game-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (whole && !over) void tell({ type: "game_answer", game: of.id, picks: whole });
      }}
    >
      <Heading of={of} />
      <ol class="game-texts">
        {of.cards.map((card, place) => (
          <li key={place} class="game-text">
            {of.kind === "match" ? (
              <>
                <Lettered card={card} place={place} />
                <Values
                  of={of}
                  place={place}
                  chosen={mine[place] ?? null}
                  over={over}
                  pick={(value) => pick(assigned(mine, place, value))}
                />
              </>
            ) : (
              <label class="game-choice">
                <input
                  type="radio"
                  name="game-text"
                  disabled={over}
                  checked={mine[0] === place}
                  data-testid="pick-text"
                  data-text={place}
                  onChange={() => pick([place])}
                />
                <Lettered card={card} place={place} />
              </label>
            )}
          </li>
        ))}
      </ol>
      {!over && (
        <button type="submit" class="button primary tall" disabled={whole === null} data-testid="send-answer">
          {gettext("Send my answer")}
        </button>
      )}
      <p class="quiet" role="status" data-testid="answer-status">
        {sent !== null
          ? gettext("Your answer has been counted.")
          : of.state === "closed"
            ? gettext("The vote is closed.")
            : of.kind === "match" && whole === null
              ? gettext("Give each text a value. Taking one that is in use changes the two.")
              : ""}
      </p>
    </form>
  );
}

interface ValuesProps {
  of: Game;
  place: number;
  chosen: Pick;
  over: boolean;
  pick: (value: number) => void;
}

function Values({ of, place, chosen, over, pick }: ValuesProps) {
  return (
    <div class="game-values" role="radiogroup" aria-label={fill(gettext("Text %(letter)s"), { letter: letter(place) })}>
      {of.values.map((value, at) => (
        <label key={value}>
          <input
            type="radio"
            name={`game-${place}`}
            disabled={over}
            checked={chosen === at}
            data-testid="pick-value"
            data-text={place}
            data-value={at}
            onChange={() => pick(at)}
          />
          <span class="figures">{valueText(value)}</span>
        </label>
      ))}
    </div>
  );
}

export function Lettered({ card, place }: { card: Pick2; place: number }) {
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
type Pick2 = Partial<Card> & { text: string };

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

const bitsText = (bits: number): string => fill(gettext("%(bits)s bits"), { bits: bits.toFixed(1) });

/** Each text with what made it, who saw that, and how surprising it is to the model. */
export function Truth({ of, open, far = false }: { of: Game; open?: (run: string) => void; far?: boolean }) {
  return (
    <>
      <Heading of={of} far={far} />
      <Won of={of} />
      <ol class="game-texts" data-testid="truth">
        {of.cards.map((card, place) => (
          <li
            key={place}
            class={`game-text ${of.kind === "odd" && card.by_model ? "by-model" : ""}`}
            data-value={card.value ?? ""}
            data-model={String(card.by_model)}
            data-right={card.right ?? ""}
          >
            <Lettered card={card} place={place} />
            <p class="game-made">
              <Made of={of} card={card} />
              <Verdict of={of} place={place} />
              {open && card.run && (
                <button type="button" class="button small" data-testid="open-run" onClick={() => open(card.run ?? "")}>
                  {gettext("Open in the inspector")}
                </button>
              )}
            </p>
            <Votes of={of} card={card} place={place} />
            {card.bits !== null && (
              <p class="quiet" data-testid="game-bits" data-bits={card.bits}>
                {fill(gettext("%(bits)s bits of surprise a token"), { bits: card.bits.toFixed(2) })}
              </p>
            )}
          </li>
        ))}
      </ol>
      <p class="game-legend" aria-hidden="true">
        <span>{metrics().surprisal.title}</span>
        <span>{metrics().surprisal.ends[0]}</span>
        <span class="legend-bar">
          {SWATCHES.map((heat) => (
            <i key={heat} style={{ "--heat": heat }} />
          ))}
        </span>
        <span>{metrics().surprisal.ends[1]}</span>
      </p>
      <Why of={of} />
    </>
  );
}

function Made({ of, card }: { of: Game; card: Card }) {
  if (of.kind === "odd") return <b class="game-maker">{card.by_model ? gettext("The model") : gettext("A person")}</b>;
  return (
    <b class="game-maker">
      {settingTitle(of.setting ?? "")} <span class="figures">{valueText(of.values[card.value ?? 0] ?? 0)}</span>
    </b>
  );
}

/** What one said oneself, and whether that was right. */
function Verdict({ of, place }: { of: Game; place: number }) {
  const mine = you.value?.picked;
  if (!mine || isTeacher.value) return null;
  if (of.kind === "odd" && mine[0] !== place) return null;
  const pick = mine[of.kind === "match" ? place : 0] ?? 0;
  const right = isRight(of, place, pick);
  return (
    <span class={`verdict ${right ? "right" : "wrong"}`} data-testid="verdict" data-right={String(right)}>
      <i aria-hidden="true">{right ? "✓" : "✗"}</i>{" "}
      {of.kind === "odd" ? gettext("You chose this one") : fill(gettext("You said %(value)s"), { value: valueText(of.values[pick] ?? 0) })}
    </span>
  );
}

/** How the class answered. */
function Votes({ of, card, place }: { of: Game; card: Card; place: number }) {
  const all = Math.max(1, of.answers ?? 0);
  const bars =
    of.kind === "match"
      ? of.values.map((value, at) => ({ name: valueText(value), votes: card.votes[at] ?? 0, won: isRight(of, place, at) }))
      : [{ name: gettext("votes"), votes: card.votes[0] ?? 0, won: card.by_model === true }];
  return (
    <div class="game-votes">
      <ul class="game-bars">
        {bars.map(({ name, votes, won }) => (
          <li key={name} class={won ? "won" : votes ? "" : "none"}>
            <span class="figures">{name}</span>
            <span class="bar-track">
              <i class={won ? "bar-model" : "bar-votes"} style={{ inlineSize: `${(100 * votes) / all}%` }} />
            </span>
            <span class="figures">{votes}</span>
          </li>
        ))}
      </ul>
      {card.right !== null && of.kind === "match" && (
        <p class="quiet figures">
          {fill(gettext("%(right)s of %(of)s got it"), {
            right: card.right,
            of: of.answers ?? 0,
          })}
        </p>
      )}
    </div>
  );
}

/** The class sees why: what a model writes itself is what it finds likely. */
function Why({ of }: { of: Game }) {
  const least = of.kind === "odd" ? leastSurprising(of.cards) : null;
  if (least === null) return null;
  return (
    <p data-testid="game-why" data-least={String(least)}>
      {least
        ? gettext("The model’s own text surprises it least: it takes what it finds likely, and people do not.")
        : gettext(
            "This time a person’s text surprises the model less than its own: it was drawn, and a draw may fall on something unlikely.",
          )}
    </p>
  );
}

function Won({ of }: { of: Game }) {
  const me = you.value;
  if (!me || me.role !== "student") return null;
  if (me.right === null) return <p data-testid="won-game">{gettext("You did not answer this time.")}</p>;
  return (
    <p class="won-points" data-testid="won-game" data-right={me.right} data-won={me.won_game ?? ""}>
      {room.value?.scored && me.won_game ? <strong>+{points(me.won_game)} </strong> : null}
      {of.kind === "match"
        ? fill(gettext("%(right)s of %(of)s texts right"), { right: me.right, of: of.cards.length })
        : me.right
          ? gettext("You found the model.")
          : gettext("That one was written by a person.")}
    </p>
  );
}
