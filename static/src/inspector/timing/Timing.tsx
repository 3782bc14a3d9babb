/** What the run cost: the numbers, the way to the first token, and every step after it. */

import { fill, gettext } from "../../i18n";
import { bytes, count, milliseconds, number } from "../../numbers";
import { meter } from "../../store/timing";
import { run, token } from "../../store/view";
import { Phases } from "./Phases";
import { Steps } from "./Steps";

export function Timing() {
  return (
    <div class="timing" data-testid="timing">
      <Latency />
      <Phases />
      <Steps />
      <MemoryFigures />
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

function MemoryFigures() {
  const { model, finished, tokens, prefilled, several } = run.value;
  const memory = finished?.memory;
  const kv = memory?.kv_bytes ?? (model && tokens.length ? model.kv_bytes_per_token * (tokens.at(-1)?.kv_tokens ?? 0) : null);
  return (
    <dl class="figures-row memory">
      <Figure
        name={gettext("Weights")}
        value={bytes(model?.weight_bytes ?? null)}
        help={model ? `${count(model.parameters)} × ${model.dtype}, ${model.device}` : ""}
      />
      <Figure
        name={gettext("KV cache of this run")}
        value={bytes(kv)}
        help={gettext("2 × layers × KV heads × head size × bytes × tokens: linear in the context")}
      />
      <Figure
        name={gettext("KV cache, whole")}
        value={bytes(memory?.kv_capacity_bytes ?? null)}
        help={gettext("Shared by all runs of the model")}
      />
      <Figure
        name={gettext("Peak memory")}
        value={bytes(memory?.peak_rss_bytes ?? null)}
        help={gettext("Resident set of the worker process")}
      />
      <Figure
        name={gettext("Batch")}
        value={token.value ? count(token.value.batch) : "–"}
        help={gettext("Runs decoded together in the selected step")}
      />
      <Figure
        name={gettext("Prompt reused")}
        value={prefilled ? count(prefilled.reused_tokens) : "–"}
        help={gettext("Prompt tokens whose keys and values came from an earlier run")}
      />
      {several.drafted > 0 && (
        <Figure
          name={gettext("Drafts accepted")}
          value={fill(gettext("%(accepted)s of %(drafted)s"), { accepted: several.accepted, drafted: several.drafted })}
          help={gettext("Guessed tokens that the model would have chosen too")}
          hook="accepted"
          exact={several.accepted / several.drafted}
        />
      )}
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: string;
  help: string;
  hook?: string;
  exact?: number | null;
}

const Figure = ({ name, value, help, hook, exact }: FigureProps) => (
  <div class="figure" title={help}>
    <dt>{name}</dt>
    <dd data-figure={hook} data-value={exact ?? undefined}>
      {value}
    </dd>
  </div>
);
