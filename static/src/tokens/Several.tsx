/** Beside the text of a run: a tab for each of its samples, the best beam while it searches, and what the search has found. */

import { fill, gettext } from "../i18n";
import { number } from "../numbers";
import { isLive } from "../store/run";
import { follow, lane, run } from "../store/view";
import { leading } from "../inspector/tree/beams";
import { visible } from "./pieces";

export function Samples() {
  const { samples, shown } = run.value.several;
  if (samples.length < 2) return null;
  return (
    <div class="sample-tabs" role="group" aria-label={gettext("Samples")}>
      {samples.map((_, sample) => (
        <button
          type="button"
          class="chip"
          key={sample}
          aria-pressed={sample === shown}
          aria-label={fill(gettext("Sample %(number)s"), { number: sample + 1 })}
          data-testid={`sample-${sample}`}
          onClick={() => show(sample)}
        >
          {sample + 1}
        </button>
      ))}
    </div>
  );
}

function show(sample: number): void {
  lane.value?.show(sample);
  follow();
}

export function Search() {
  const { search, hypotheses } = run.value.several;
  if (hypotheses.length > 0) return <Hypotheses />;
  if (search.length === 0 || !isLive(run.value)) return null;
  return (
    <p class="quiet" data-testid="best-beam">
      <span>{gettext("Searching: the text shown is that of the best beam so far.")}</span> <q>{visible(leading(search))}</q>
    </p>
  );
}

function Hypotheses() {
  return (
    <ol class="hypotheses" aria-label={gettext("Hypotheses")} data-testid="hypotheses">
      {run.value.several.hypotheses.map(({ text, score }, k) => (
        <li key={k}>
          <span class="quiet">{fill(gettext("score %(score)s"), { score: number(score) })}</span> {text}
        </li>
      ))}
    </ol>
  );
}
