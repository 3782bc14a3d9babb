/** What the colours of the tokens mean, and the choice among them. */

import { gettext } from "../i18n";
import { metric } from "../store/view";
import { metrics, type MetricName } from "./metric";

const SWATCHES = [0, 0.25, 0.5, 0.75, 1];

export function Legend() {
  const all = metrics();
  const current = all[metric.value];
  return (
    <div class="legend">
      <label>
        <span class="quiet">{gettext("Colour by")}</span>
        <select class="select small" title={current.help} value={metric.value} onChange={({ currentTarget }) => (metric.value = currentTarget.value as MetricName)}>
          {Object.entries(all).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <span class="legend-end">{current.ends[0]}</span>
      <span class="legend-bar" aria-hidden="true">
        {SWATCHES.map((heat) => (
          <i key={heat} style={{ "--heat": heat }} />
        ))}
      </span>
      <span class="legend-end">{current.ends[1]}</span>
    </div>
  );
}
