/** Guessing games as somebody of the class sees them: matching and choosing on a phone, and what one's own answer was worth. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import type { Game } from "../protocol/generated";
import { Heading, Lettered, valueText } from "./GameTexts";
import { Truth } from "./GameTruth";
import { assigned, complete, isRight, letter, type Pick } from "./guessing";
import { game, isTeacher, room, tell, you } from "./room";
import { points } from "./words";

const picks = signal<{ game: number; picks: Pick[] }>({ game: 0, picks: [] });

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
      {now.state === "revealed" ? <Revealed of={now} /> : <Guessing of={now} />}
    </section>
  );
}

const Revealed = ({ of }: { of: Game }) => <Truth of={of} won={<Won of={of} />} verdict={(place) => <Verdict of={of} place={place} />} />;

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
