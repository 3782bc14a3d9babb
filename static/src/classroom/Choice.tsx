/** A lesson's question: what it asks, its answers as they are offered, and which was right. */

import { fill, gettext } from "../i18n";
import type { Question } from "../protocol/generated";
import { Piece } from "../tokens/Piece";
import { Won } from "./Won";

const decoder = new TextDecoder();

/** What is asked. */
export const asks = ({ kind, text }: Question): string => (kind === "choice" ? text : gettext("Which token comes next?"));

/** A token, or an answer. */
export const Offered = ({ of, piece }: { of: Question; piece: Uint8Array }) =>
  of.kind === "choice" ? <span class="answer">{decoder.decode(piece)}</span> : <Piece of={piece} />;

/** Who chose what, the right answer, and why it is. */
export function Answered({ of }: { of: Question }) {
  const { outcome, options } = of;
  if (!outcome) return null;
  const most = Math.max(1, ...options.map(({ votes }) => votes ?? 0));
  return (
    <>
      <h2>{asks(of)}</h2>
      <ol class="ballots choice answered" data-testid="outcome">
        {options.map(({ id, piece, votes }) => (
          <li key={id} class={id === outcome.id ? "right" : ""} data-token={id} data-votes={votes ?? 0}>
            <span class="answer">
              {id === outcome.id && (
                <svg class="tick" viewBox="0 0 16 16" role="img" aria-label={gettext("right")}>
                  <path d="m3 8.5 3.5 3.5L13 4.5" />
                </svg>
              )}
              {decoder.decode(piece)}
            </span>
            <span class="bar-track">
              <i class="bar-votes" style={{ inlineSize: `${(100 * (votes ?? 0)) / most}%` }} />
            </span>
            <span class="figures">{votes ?? 0}</span>
          </li>
        ))}
      </ol>
      <p class="why" data-testid="why">
        {of.why}
      </p>
      <Won />
      <p class="visually-hidden" role="status">
        {fill(gettext("The right answer: %(answer)s"), { answer: decoder.decode(outcome.piece) })}
      </p>
    </>
  );
}
