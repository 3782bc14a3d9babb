/** What the colours of the tokens mean, and the choice among them. */

import { gettext } from "../i18n";
import { headTitle } from "../inspector/attention/titles";
import { shownHead, textRow } from "../inspector/attention/state";
import { attributed } from "../inspector/layers/state";
import { metric, tab } from "../store/view";
import { metrics, type MetricName } from "./metric";

const SWATCHES = [0, 0.25, 0.5, 0.75, 1];

export function Legend() {
  if (tab.value === "layers" && attributed.value) return <OfAttribution />;
  return tab.value === "attention" && textRow.value ? <OfAttention /> : <OfMetric />;
}

/** While attention is looked at, the text shows where the chosen head looked. */
function OfAttention() {
  return (
    <div class="legend">
      <span class="legend-title">{headTitle(shownHead.value)}</span>
      <span class="legend-end">0</span>
      <Swatches kind="cool" />
      <span class="legend-end">{gettext("most")}</span>
    </div>
  );
}

/** While an attribution is looked at, the text shows who speaks for the selected token and who against it. */
function OfAttribution() {
  return (
    <div class="legend">
      <span class="legend-title">{gettext("Attribution")}</span>
      <span class="legend-end">{gettext("against")}</span>
      <Swatches kind="against" />
      <Swatches kind="cool" />
      <span class="legend-end">{gettext("for")}</span>
    </div>
  );
}

function OfMetric() {
  const all = metrics();
  const current = all[metric.value];
  return (
    <div class="legend">
      <label class="legend-title">
        <span class="quiet">{gettext("Colour by")}</span>
        <select
          class="select small"
          title={current.help}
          value={metric.value}
          onChange={({ currentTarget }) => (metric.value = currentTarget.value as MetricName)}
        >
          {Object.entries(all).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <span class="legend-end">{current.ends[0]}</span>
      <Swatches kind="hot" />
      <span class="legend-end">{current.ends[1]}</span>
    </div>
  );
}

const Swatches = ({ kind }: { kind: "hot" | "cool" | "against" }) => (
  <span class={`legend-bar ${kind}`} aria-hidden="true">
    {(kind === "against" ? SWATCHES.toReversed() : SWATCHES).map((heat) => (
      <i key={heat} style={{ "--heat": heat }} />
    ))}
  </span>
);
