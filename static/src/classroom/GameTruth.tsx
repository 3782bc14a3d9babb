/** What was true of a game: what made each text, how the class guessed, how surprising it is to the model. Knows no room and nobody's own answer. */

import type { ComponentChildren } from "preact";
import { fill, gettext } from "../i18n";
import type { Card } from "../protocol/generated";
import { metrics } from "../tokens/metric";
import { Heading, Lettered, settingTitle, valueText, type Shown } from "./GameTexts";
import { isRight, leastSurprising } from "./guessing";

const SWATCHES = [0, 0.25, 0.5, 0.75, 1];

interface TruthProps {
  of: Shown;
  open?: (run: string) => void;
  won?: ComponentChildren; // what one has won oneself
  verdict?: (place: number) => ComponentChildren; // on one's own answer
  far?: boolean;
}

/** Each text with what made it, who saw that, and how surprising it is to the model. */
export function Truth({ of, open, won, verdict, far = false }: TruthProps) {
  return (
    <>
      <Heading of={of} far={far} />
      {won}
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
              {verdict?.(place)}
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
      {of.cards.some(({ tokens }) => tokens.length > 0) && <Legend />}
      <Why of={of} />
    </>
  );
}

/** What the colour of a token says. */
function Legend() {
  const { title, ends } = metrics().surprisal;
  return (
    <p class="game-legend" aria-hidden="true">
      <span>{title}</span>
      <span>{ends[0]}</span>
      <span class="legend-bar">
        {SWATCHES.map((heat) => (
          <i key={heat} style={{ "--heat": heat }} />
        ))}
      </span>
      <span>{ends[1]}</span>
    </p>
  );
}

function Made({ of, card }: { of: Shown; card: Card }) {
  if (of.kind === "odd") return <b class="game-maker">{card.by_model ? gettext("The model") : gettext("A person")}</b>;
  return (
    <b class="game-maker">
      {settingTitle(of.setting ?? "")} <span class="figures">{valueText(of.values[card.value ?? 0] ?? 0)}</span>
    </b>
  );
}

/** How the class answered. */
function Votes({ of, card, place }: { of: Shown; card: Card; place: number }) {
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
function Why({ of }: { of: Shown }) {
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
