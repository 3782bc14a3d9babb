/** What watching this run costs, measured by its worker on request: the last steps again, with and without. */

import { computed, signal } from "@preact/signals";
import { Refusal, sentence } from "../../errors";
import { fill, gettext } from "../../i18n";
import { milliseconds } from "../../numbers";
import type { WatchingCost } from "../../protocol/generated";
import { inquire } from "../../session";
import { asked, draft } from "../../store/draft";
import { run } from "../../store/view";
import { costs, wayOf, type Cost as Row, type Way } from "./ratios";

const measured = signal<{ run: string; cost: WatchingCost } | null>(null);
const measuring = signal(false);
const refused = signal<{ run: string; why: string } | null>(null);
const watch = computed(() => (asked.value ?? draft.value).watch);
const shown = computed(() => (measured.value?.run === run.value.id ? measured.value.cost : null));

async function measure(): Promise<void> {
  const { id } = run.value;
  if (!id) return;
  measuring.value = true;
  refused.value = null;
  try {
    const cost = await inquire({ type: "watching_cost", top_n: Math.max(1, watch.value.top_n) });
    if (cost.type === "watching_cost") measured.value = { run: id, cost };
  } catch (error) {
    refused.value = { run: id, why: error instanceof Refusal && error.errors[0] ? sentence(error.errors[0]) : String(error) };
  } finally {
    measuring.value = false;
  }
}

export function Cost() {
  return (
    <section class="cost" aria-label={gettext("What watching costs")} data-testid="cost">
      <div class="controls">
        <h3>{gettext("What watching costs")}</h3>
        <button
          type="button"
          class="button small"
          data-testid="measure-cost"
          disabled={measuring.value || run.value.tokens.length === 0}
          onClick={() => void measure()}
        >
          {measuring.value ? gettext("Measuring…") : shown.value ? gettext("Measure again") : gettext("Measure")}
        </button>
      </div>
      {refused.value?.run === run.value.id && <p class="fault">{refused.value?.why}</p>}
      {shown.value ? <Table of={shown.value} /> : <p class="quiet">{explanation()}</p>}
    </section>
  );
}

const explanation = (): string =>
  gettext("The worker takes the last steps of this run again, with and without trace and attention in turn, and compares the medians.");

const titles = (topN: number): Record<Way, string> => ({
  nobody: gettext("Nobody watches"),
  trace: fill(gettext("Trace of %(count)s candidates"), { count: topN }),
  mean: gettext("Trace and mean attention"),
  all: gettext("Trace and every head"),
});

function Table({ of }: { of: WatchingCost }) {
  const names = titles(of.top_n);
  return (
    <table class="shares">
      <caption class="quiet">
        {fill(gettext("Medians of %(count)s steps, at %(positions)s positions"), {
          count: of.sample.shape[0] ?? 0,
          positions: of.positions,
        })}
      </caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{gettext("Forward pass")}</th>
          <th scope="col">{gettext("Stages and dice")}</th>
          <th scope="col">{gettext("Whole step")}</th>
        </tr>
      </thead>
      <tbody>
        {costs(of).map((row) => (
          <Line key={row.way} row={row} name={names[row.way]} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ row: { way, forwardMs, sampleMs, ratio }, name }: { row: Row; name: string }) {
  const own = wayOf(watch.value) === way;
  return (
    <tr data-way={way} data-forward={forwardMs} data-sample={sampleMs} data-ratio={ratio} class={own ? "own" : ""}>
      <th scope="row">
        {name} {own && <span class="badge">{gettext("this run")}</span>}
      </th>
      <td class="figures">{milliseconds(forwardMs)}</td>
      <td class="figures">{milliseconds(sampleMs)}</td>
      <td class="figures">× {ratio.toFixed(2)}</td>
    </tr>
  );
}
