/** What the run cost: the numbers, the time line, every step, what it holds, and what watching it costs. */

import { gettext } from "../../i18n";
import { milliseconds, number } from "../../numbers";
import { meter } from "../../store/timing";
import { run } from "../../store/view";
import { Cost } from "./Cost";
import { Figure } from "./Figure";
import { MemoryFigures } from "./Memory";
import { Steps } from "./Steps";
import { Timeline } from "./Timeline";

export function Timing() {
  return (
    <div class="timing" data-testid="timing">
      <Latency />
      <Help />
      <Timeline />
      <Steps />
      <MemoryFigures />
      <Cost />
    </div>
  );
}

function Latency() {
  const { ttftMs, clickMs, tpotP50Ms, tpotP95Ms, tokensPerSecond } = meter(run.value);
  return (
    <dl class="figures-row">
      <Figure
        name={gettext("First token (TTFT)")}
        value={milliseconds(ttftMs)}
        help={gettext("From submission to the first token, in the worker")}
        hook="ttft"
        exact={ttftMs}
      />
      <Figure
        name={gettext("Click to first token")}
        value={milliseconds(clickMs)}
        help={gettext("As this page saw it")}
        hook="click"
        exact={clickMs}
      />
      <Figure
        name={gettext("Between tokens, p50")}
        value={milliseconds(tpotP50Ms)}
        help={gettext("Time per output token (TPOT), median; includes the chosen speed")}
        hook="tpot-p50"
        exact={tpotP50Ms}
      />
      <Figure
        name={gettext("Between tokens, p95")}
        value={milliseconds(tpotP95Ms)}
        help={gettext("One gap in twenty is longer")}
        hook="tpot-p95"
        exact={tpotP95Ms}
      />
      <Figure
        name={gettext("Tokens per second")}
        value={tokensPerSecond === null ? "–" : number(tokensPerSecond)}
        help={gettext("Decoding, without queue and prefill")}
        hook="rate"
        exact={tokensPerSecond}
      />
    </dl>
  );
}

function Help() {
  return (
    <details class="timing-help">
      <summary>{gettext("What these numbers mean")}</summary>
      <p>
        {gettext(
          "TTFT, time to first token: queue, tokenising, prefill, and the first draw. It grows with the prompt, since prefill reads all of it; tokens that an earlier run has read are reused.",
        )}
      </p>
      <p>
        {gettext(
          "TPOT, time per output token: the gap between one token and the next, which is one forward pass over a single position, the stages and the dice, and what lies between steps: the chosen speed, other runs, the hand-over. p50 is the median gap, p95 the one that only every twentieth exceeds.",
        )}
      </p>
      <p>{gettext("Tokens per second: the number of gaps over the time from the first token to the last.")}</p>
    </details>
  );
}
