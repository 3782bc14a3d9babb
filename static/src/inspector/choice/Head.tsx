/** The head of one stage's column: what it was told, what it compared with, what it left. Its name opens what it is for. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../../i18n";
import { count, probability } from "../../numbers";
import type { StageInfo } from "../../protocol/generated";
import { fields } from "../../store/draft";
import type { Column } from "../../store/trace";
import { testOf } from "./geometry";
import { stageTitle } from "./stages";
import { found, massTitle, ownHelp, paramsOf, reading } from "./told";

export const explained = signal<string | null>(null); // one stage at a time

interface HeadProps {
  column: Column;
  before: Column | undefined;
  most: number; // bits, of all columns
  stages: readonly StageInfo[];
}

export function Head({ column, before, most, stages }: HeadProps) {
  const { stage, entropyBits, sum } = column;
  const removed = before ? before.stage.kept - stage.kept : 0;
  return (
    <th
      scope="col"
      class={removed ? "stage removes" : "stage"}
      data-testid="stage"
      data-stage={stage.name}
      data-sum={sum}
      data-kept={stage.kept}
      data-removed-mass={stage.removed_mass}
      data-entropy-bits={entropyBits}
    >
      <Name stage={stage.name} />
      <span class="stage-param">{paramsOf(stages, stage.name)}</span>
      <span class="stage-found">
        {found(stage).map(([label, value]) => (
          <span class="stage-line" key={label}>
            <span class="quiet">{label}</span> {value}
          </span>
        ))}
      </span>
      <span class="stage-line" title={gettext("Tokens that are left")}>
        {count(stage.kept)} <span class="visually-hidden">{gettext("left")}</span>
      </span>
      <span class="stage-line" title={massTitle(stage.removed_mass)}>
        {removed ? <span class="lost">−{probability(stage.removed_mass)}</span> : <span class="quiet">0</span>}
        <Gauge share={stage.removed_mass} kind="lost" />
      </span>
      <span class="stage-line" title={gettext("Entropy of what is left")}>
        {entropyBits.toFixed(2)} <span class="visually-hidden">{gettext("bit")}</span>
        <Gauge share={most > 0 ? entropyBits / most : 0} kind="entropy" />
      </span>
    </th>
  );
}

/** The head of the candidates' column: what the lines of all heads are. */
export const NameHead = () => (
  <th scope="col" class="name">
    {gettext("Candidate")}
    <span class="stage-labels" aria-hidden="true">
      <span class="stage-line">{gettext("tokens left")}</span>
      <span class="stage-line">
        {gettext("mass removed")}
        <span class="gauge" />
      </span>
      <span class="stage-line">
        {gettext("entropy, bit")}
        <span class="gauge" />
      </span>
    </span>
  </th>
);

/** How many lines the stages found take at most: the heads are level by it. */
export const linesOf = (columns: readonly Column[]): number => Math.max(0, ...columns.map(({ stage }) => found(stage).length));

const Gauge = ({ share, kind }: { share: number; kind: string }) => (
  <span class={`gauge ${kind}`} style={{ "--length": Math.min(1, share).toFixed(4) }} aria-hidden="true" />
);

function Name({ stage }: { stage: string }) {
  const open = explained.value === stage;
  return (
    <button
      type="button"
      class="stage-name"
      aria-expanded={open}
      title={fill(gettext("About %(setting)s"), { setting: stageTitle(stage) })}
      onClick={() => (explained.value = open ? null : stage)}
    >
      {stageTitle(stage)}
    </button>
  );
}

/** What the stage is for, its formula, and how to read its column. */
export function Explanation({ columns }: { columns: readonly Column[] }) {
  const column = columns.find(({ stage }) => stage.name === explained.value);
  if (!column) return null;
  const { name } = column.stage;
  const field = fieldOf(name);
  return (
    <div class="help-card explanation" role="status" data-testid="explanation">
      <h3>{stageTitle(name)}</h3>
      <p>{field?.help ?? ownHelp(name)}</p>
      {field?.formula && <code>{field.formula}</code>}
      <p class="quiet">{reading(name, testOf(name))}</p>
      <button type="button" class="icon" aria-label={gettext("Close")} onClick={() => (explained.value = null)}>
        ×
      </button>
    </div>
  );
}

/** The setting that switches the stage on. */
function fieldOf(stage: string) {
  const switches = fields.find(({ name }) => name === "stage_order")?.switches ?? {};
  return fields.find(({ name }) => name === (switches[stage] ?? stage));
}
