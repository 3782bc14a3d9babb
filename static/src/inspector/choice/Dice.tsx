/** The draw: the cumulative bar of the final distribution, the number drawn on it, and the interval that it fell into. */

import { dicePicture } from "../../export/pictures/dice";
import { SavePicture } from "../../export/SavePicture";
import { fill, gettext } from "../../i18n";
import { probability } from "../../numbers";
import type { Trace } from "../../protocol/generated";
import { drawnOf, segments, type Segment, type Traced, type Waterfall } from "../../store/trace";
import { Piece } from "../../tokens/Piece";
import { label, quoted } from "../../tokens/pieces";

const LABEL_FROM = 0.045; // of the bar: narrower segments have no room for text
/** Where something lies on the bar, 0 to 1; the style sheet moves it without a new layout. */
const at = (low: number, high = low) => ({ "--low": low.toFixed(5), "--share": (high - low).toFixed(5) });

export function Dice({ token, table }: { token: Traced; table: Waterfall }) {
  const { dice } = token.trace;
  const parts = segments(table);
  const drawn = drawnOf(table, token.trace) ?? token;
  return (
    <figure
      class={dice.greedy ? "dice greedy" : "dice"}
      data-testid="dice"
      data-u={dice.u}
      data-low={dice.low}
      data-high={dice.high}
      data-greedy={dice.greedy}
    >
      <figcaption>
        <b>{gettext("Dice")}</b> <Said dice={dice} piece={drawn.piece} />
        <SavePicture
          what="dice"
          title={gettext("Dice")}
          step={token.step}
          draw={(palette) => dicePicture(table, dice, drawn.id, palette)}
        />
      </figcaption>
      <div class="dice-bar" role="img" aria-label={gettext("Cumulative probability, most likely token first")}>
        {parts.map((part) => (
          <Part key={part.id} part={part} chosen={part.id === drawn.id} />
        ))}
        <Rest from={parts.at(-1)?.high ?? 0} />
        <span class="dice-chosen" style={at(dice.low, dice.high)} />
        {!dice.greedy && <span class="dice-needle" style={at(dice.u)} />}
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
    <span
      class={chosen ? "dice-part chosen" : "dice-part"}
      style={at(part.low, part.high)}
      title={`${label(part.piece)}  ${probability(width)}`}
    >
      {width > LABEL_FROM && <Piece of={part.piece} />}
    </span>
  );
}

/** Tokens that are not shown, or whose place among those that are is not known. */
function Rest({ from }: { from: number }) {
  return (
    <span class="dice-rest" style={at(from, 1)}>
      {1 - from > LABEL_FROM && gettext("other")}
    </span>
  );
}

function Said({ dice, piece }: { dice: Trace["dice"]; piece: Uint8Array }) {
  if (dice.greedy) return <span>{gettext("not used: temperature 0 takes the most likely token")}</span>;
  const values = { u: dice.u.toFixed(4), low: dice.low.toFixed(4), high: dice.high.toFixed(4), token: quoted(piece) };
  return <span class="figures">{fill(gettext("u = %(u)s falls in [%(low)s, %(high)s), the interval of %(token)s"), values)}</span>;
}
