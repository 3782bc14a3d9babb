/** Which earlier tokens speak for the selected token, and which against it: on the text, as bars, as a list. */

import { useEffect } from "preact/hooks";
import { fill, gettext } from "../../i18n";
import { number } from "../../numbers";
import { values } from "../../protocol/codec";
import type { Attribution as Answer, AskAttribution } from "../../protocol/generated";
import { Refused } from "../../questions/Refused";
import { useAnswer } from "../../questions/useAnswer";
import { token } from "../../store/view";
import { quoted } from "../../tokens/pieces";
import { AttributionControls } from "./AttributionControls";
import { question } from "./asked";
import { attributed } from "./state";
import { Speakers } from "./Speakers";
import { SignedBars } from "./SignedBars";

const CALM_MS = 300; // a slider moves; integrated gradients take as long as many passes

export function Attribution() {
  const { answer, current, refused, again } = useAnswer<AskAttribution>(question.value, CALM_MS);
  const scores = answer && current ? (values(answer.scores) as Float32Array) : null;
  useEffect(() => {
    attributed.value = scores;
    return () => (attributed.value = null);
  }, [scores]);
  return (
    <section class="attribution" aria-label={gettext("Attribution")} aria-busy={!current && !refused.length}>
      <AttributionControls />
      <Refused errors={refused} again={again} />
      {!refused.length && <Found answer={answer} current={current} />}
      <p class="note">
        {gettext(
          "An attribution says how the score would move with the tokens' embeddings; it is no proof of cause. It says nothing of tokens that work only together, of what a token does by being absent, or of why the model learned it. The two methods may disagree: then trust neither alone.",
        )}
      </p>
    </section>
  );
}

/** What was found stays, paler, until the next answer is there. */
function Found({ answer, current }: { answer: Answer | null; current: boolean }) {
  if (!answer) return <div class="attribution-found waiting" />;
  const scores = values(answer.scores) as Float32Array;
  return (
    <div
      class={current ? "attribution-found" : "attribution-found stale"}
      data-testid="attribution"
      data-current={current}
      data-position={answer.position}
      data-method={answer.method}
      data-value={answer.value}
      data-completeness-error={answer.completeness_error ?? undefined}
    >
      <p class="sentence">{summed(answer, scores)}</p>
      <SignedBars scores={scores} />
      <Speakers scores={scores} />
    </div>
  );
}

const sum = (scores: Float32Array): number => scores.reduce((total, value) => total + value, 0);

/** What was explained, and how much of it the scores explain. */
export function summed({ value, baseline_value: from, completeness_error: error, of, versus }: Answer, scores: Float32Array): string {
  const what = { what: named(of, versus !== null), f: number(value), sum: number(sum(scores)) };
  if (from === null)
    return fill(gettext("%(what)s is %(f)s. The scores add up to %(sum)s; with this method they need not add up to it."), what);
  const parts = { ...what, from: number(from), difference: number(value - from), error: number(Math.abs(error ?? 0)) };
  return fill(
    gettext(
      "%(what)s is %(f)s, that of the baseline %(from)s: %(difference)s to explain. The scores add up to %(sum)s (completeness error %(error)s).",
    ),
    parts,
  );
}

function named(of: string, versus: boolean): string {
  const piece = token.value ? quoted(token.value.piece) : "";
  if (versus) return fill(gettext("The lead of %(token)s over the other candidate"), { token: piece });
  return of === "logit"
    ? fill(gettext("The logit of %(token)s"), { token: piece })
    : fill(gettext("The log-probability of %(token)s"), { token: piece });
}
