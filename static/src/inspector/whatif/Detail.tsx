/** One step as it was and as it would be, in numbers. Always as tall, so that nothing moves while one points from cell to cell. */

import { fill, gettext } from "../../i18n";
import { count, percent } from "../../numbers";
import { hovered, promptLength, step } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import type { Outcome } from "./outcome";
import { outcomeValues } from "./state";

/** The step that the pointer is on, in the text or under it; otherwise the selected one. */
function pointedAt(): number {
  const at = (hovered.value ?? -1) - promptLength.value;
  return at >= 0 ? at : step.value;
}

export function Detail({ of }: { of: Outcome }) {
  const at = pointedAt();
  const found = of.step(at);
  if (!found) return <p class="what-if-detail quiet">{gettext("Point at a token to see what would be in its place.")}</p>;
  const { own, would, differs, draw, kept, entropy } = found;
  const greedy = outcomeValues.value.temperature === 0;
  return (
    <div class="what-if-detail" data-testid="what-if-detail" data-step={at} data-draw={draw} data-kept={kept.after} data-would={would.id}>
      <p class="what-if-pair">
        <span class="quiet">{fill(gettext("step %(step)s"), { step: at })}</span>
        <Piece of={own.piece} />
        <Change before={own.before} after={own.after} hook="own" />
        {differs ? (
          <>
            <span aria-hidden="true">→</span>
            <span class="would">
              <Piece of={would.piece} />
            </span>
            <span class="figures" data-figure="would" data-value={would.probability}>
              {percent(would.probability)}
            </span>
          </>
        ) : (
          <span class="quiet">{gettext("stays")}</span>
        )}
      </p>
      <p class="what-if-numbers quiet">
        <span>{greedy ? gettext("no dice at temperature 0") : fill(gettext("draw %(u)s"), { u: draw.toFixed(4) })}</span>
        <span>{fill(gettext("survivors %(kept)s"), { kept: arrow(kept.before, kept.after, count) })}</span>
        <span>{fill(gettext("entropy %(bits)s bit"), { bits: arrow(entropy.before, entropy.after, (bits) => bits.toFixed(2)) })}</span>
      </p>
    </div>
  );
}

/** The token's probability under the run's own settings, and under the others. */
function Change({ before, after, hook }: { before: number | null; after: number; hook: string }) {
  return (
    <span class="figures" data-figure={hook} data-value={after} data-before={before ?? undefined}>
      {after === 0
        ? fill(gettext("%(before)s → removed"), { before: before === null ? "" : percent(before) })
        : arrow(before, after, percent)}
    </span>
  );
}

function arrow(before: number | null, after: number, shown: (value: number) => string): string {
  const [was, is] = [before === null ? null : shown(before), shown(after)];
  return was === null || was === is ? is : `${was} → ${is}`;
}
