/** What the run holds and shares: weights, cache, batch, what was reused, and how often it was interrupted. */

import { fill, gettext } from "../../i18n";
import { bytes, count } from "../../numbers";
import { run, token } from "../../store/view";
import { Figure } from "./Figure";

export function MemoryFigures() {
  const { model, finished, prefilled, takeovers } = run.value;
  const memory = finished?.memory;
  const timing = finished?.timing;
  return (
    <dl class="figures-row memory">
      <Figure
        name={gettext("Weights")}
        value={bytes(model?.weight_bytes ?? null)}
        help={model ? `${count(model.parameters)} × ${model.dtype}, ${model.device}` : ""}
        hook="weights"
        exact={model?.weight_bytes}
      />
      <Cache />
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
        hook="batch"
        exact={token.value?.batch}
      />
      <Figure
        name={gettext("Prompt reused")}
        value={
          prefilled ? fill(gettext("%(part)s of %(whole)s"), { part: count(prefilled.reused_tokens), whole: count(prefilled.tokens) }) : "–"
        }
        help={gettext("Prompt tokens whose keys and values came from an earlier run")}
        hook="reused"
        exact={prefilled?.reused_tokens}
      />
      <Figure
        name={gettext("Interrupted")}
        value={count((timing?.preemptions ?? 0) + takeovers.length)}
        help={gettext("How often the run gave its cache up to others and was computed again, and how often another worker took it over")}
        hook="interrupted"
        exact={(timing?.preemptions ?? 0) + takeovers.length}
      />
      <Drafts />
    </dl>
  );
}

/** At the selected step, and where the model's context is full: it grows by the same with every token. */
function Cache() {
  const { model } = run.value;
  const now = model && token.value ? model.kv_bytes_per_token * token.value.kv_tokens : null;
  const limit = model ? model.kv_bytes_per_token * model.context : null;
  return (
    <Figure
      name={gettext("KV cache of this run")}
      value={fill(gettext("%(part)s of %(whole)s"), { part: bytes(now), whole: bytes(limit) })}
      help={gettext(
        "At the selected step, and when the context is full. 2 × layers × KV heads × head size × bytes × tokens: linear in the context",
      )}
      hook="kv"
      exact={now}
    />
  );
}

function Drafts() {
  const { drafted, accepted } = run.value.several;
  if (drafted === 0) return null;
  return (
    <Figure
      name={gettext("Drafts accepted")}
      value={fill(gettext("%(accepted)s of %(drafted)s"), { accepted, drafted })}
      help={gettext("Guessed tokens that the model would have chosen too")}
      hook="accepted"
      exact={accepted / drafted}
    />
  );
}
