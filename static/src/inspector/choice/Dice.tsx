/** The draw: the cumulative bar of the final distribution, the number drawn on it, and the interval that it fell into. */

import { fill, gettext } from "../../i18n";
import { probability } from "../../numbers";
import type { Token, Trace } from "../../protocol/generated";
import { segments, type Segment, type Waterfall } from "../../store/trace";
import { Piece } from "../../tokens/Piece";
import { label, quoted } from "../../tokens/pieces";

const LABEL_FROM = 0.045; // of the bar: narrower segments have no room for text
const share = (p: number): string => `${(100 * p).toFixed(3)}%`;

export function Dice({ token, table }: { token: Token & { trace: Trace }; table: Waterfall }) {
  const { dice } = token.trace;
  const parts = segments(table);
  return (
    <figure class={dice.greedy ? "dice greedy" : "dice"} data-testid="dice" data-u={dice.u} data-low={dice.low} data-high={dice.high} data-greedy={dice.greedy}>
      <figcaption>
        <b>{gettext("Dice")}</b> <Said token={token} />
      </figcaption>
      <div class="dice-bar" role="img" aria-label={gettext("Cumulative probability, most likely token first")}>
        {parts.map((part) => (
          <Part key={part.id} part={part} chosen={part.id === token.id} />
        ))}
        <span class="dice-rest" style={{ insetInlineStart: share(parts.at(-1)?.high ?? 0) }} />
        <span class="dice-chosen" style={{ insetInlineStart: share(dice.low), width: share(dice.high - dice.low) }} />
        {!dice.greedy && <span class="dice-needle" style={{ insetInlineStart: share(dice.u) }} />}
      </div>
      <div class="dice-scale" aria-hidden="true">
        <span>0</span>
        <span>0.5</span>
        <span>1</span>
      </div>
    </figure>
  );
}

function Part({ part, chosen }: { part: Segment; chosen: boolean }) {
  const width = part.high - part.low;
  return (
    <span class={chosen ? "dice-part chosen" : "dice-part"} style={{ insetInlineStart: share(part.low), width: share(width) }} title={`${label(part.piece)}  ${probability(width)}`}>
      {width > LABEL_FROM && <Piece of={part.piece} />}
    </span>
  );
}

function Said({ token }: { token: Token & { trace: Trace } }) {
  const { dice } = token.trace;
  if (dice.greedy) return <span>{gettext("not used: temperature 0 takes the most likely token")}</span>;
  const values = { u: dice.u.toFixed(4), low: dice.low.toFixed(4), high: dice.high.toFixed(4), token: quoted(token.piece) };
  return <span class="figures">{fill(gettext("u = %(u)s falls in [%(low)s, %(high)s), the interval of %(token)s"), values)}</span>;
}
