/** What the waterfall shows: the number in the cells, the scale of the bars, how many candidates; and a search over the vocabulary. */

import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Scale } from "../../draw/length";
import { waterfallPicture } from "../../export/pictures/waterfall";
import { SavePicture } from "../../export/SavePicture";
import { gettext } from "../../i18n";
import type { Waterfall as Table } from "../../store/trace";
import { scale } from "../../store/view";
import { candidates, MOST, type View } from "./asked";
import { unit, type Unit } from "./Candidate";
import { Find } from "./Find";
import { paramsOf } from "./told";

const units = (): Record<Unit, string> => ({ probability: gettext("Probability"), logit: gettext("Logit"), rank: gettext("Rank") });
const scales = (): Record<Scale, string> => ({ linear: gettext("Linear"), log: gettext("Log"), logit: gettext("Logit") });
const COUNTS = [null, 50, 100, MOST];

interface ControlsProps {
  view: View;
  table: Table;
  children: ComponentChildren; // what can be tried on the step; where it is opened, it takes a line of its own
}

export function Controls({ view, table, children }: ControlsProps) {
  return (
    <div class="controls waterfall-controls">
      <Segmented name="unit" legend={gettext("Number in the cells")} options={units()} value={unit} />
      <Segmented name="scale" legend={gettext("Scale of the bars")} label={gettext("Bars")} options={scales()} value={scale} />
      <label class="count-control">
        <span class="quiet">{gettext("Candidates")}</span>
        <select
          class="select small"
          data-testid="candidates"
          value={COUNTS.indexOf(candidates.value)}
          onChange={({ currentTarget }) => (candidates.value = COUNTS[Number(currentTarget.value)] ?? null)}
        >
          {COUNTS.map((count, k) => (
            <option key={k} value={k}>
              {count ?? gettext("as traced")}
            </option>
          ))}
        </select>
      </label>
      <Find />
      {children}
      <SavePicture
        what="waterfall"
        title={gettext("Waterfall")}
        step={view.step}
        draw={(palette) => waterfallPicture(table, (stage) => paramsOf(view.stages, stage), scale.value, palette)}
      />
    </div>
  );
}

interface SegmentedProps<T extends string> {
  name: string;
  legend: string; // for those who do not see what it stands beside
  label?: string;
  options: Record<T, string>;
  value: Signal<T>;
}

function Segmented<T extends string>({ name, legend, label, options, value }: SegmentedProps<T>) {
  return (
    <span class="labelled">
      {label && (
        <span class="quiet" aria-hidden="true">
          {label}
        </span>
      )}
      <fieldset class="segmented">
        <legend class="visually-hidden">{legend}</legend>
        {(Object.entries(options) as [T, string][]).map(([key, title]) => (
          <label key={key}>
            <input type="radio" name={name} value={key} checked={value.value === key} onChange={() => (value.value = key)} />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
    </span>
  );
}
