/** The fate of tokens: every stage a column over the whole vocabulary, every shown candidate a row, the rest in one row. */

import { waterfallPicture } from "../../export/pictures/waterfall";
import { SavePicture } from "../../export/SavePicture";
import { fill, gettext } from "../../i18n";
import { count, number, probability } from "../../numbers";
import type { StageInfo, Token } from "../../protocol/generated";
import type { Column, Waterfall as Table } from "../../store/trace";
import { logarithmic, run } from "../../store/view";
import { Candidate, Other, unit, type Unit } from "./Candidate";
import { stageTitle } from "./stages";

export function Waterfall({ token, table }: { token: Token; table: Table }) {
  const { columns, rows } = table;
  return (
    <section class="waterfall" aria-label={gettext("Waterfall")}>
      <Controls token={token} table={table} />
      <div class="waterfall-scroll" tabIndex={0} role="region" aria-label={gettext("Stages and candidates")}>
        <table style={{ "--stages": columns.length }}>
          <thead>
            <tr>
              <th scope="col" class="name">
                {gettext("Candidate")}
              </th>
              {columns.map((column, k) => (
                <Head key={k} column={column} before={columns[k - 1]} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, k) => (
              <Candidate key={k} row={row} columns={columns} />
            ))}
            <Other columns={columns} />
          </tbody>
        </table>
      </div>
      <Off token={token} />
    </section>
  );
}

const units = (): Record<Unit, string> => ({ probability: gettext("Probability"), logit: gettext("Logit"), rank: gettext("Rank") });

function Controls({ token, table }: { token: Token; table: Table }) {
  return (
    <div class="controls">
      <fieldset class="segmented">
        <legend class="visually-hidden">{gettext("Number in the cells")}</legend>
        {Object.entries(units()).map(([name, title]) => (
          <label key={name}>
            <input type="radio" name="unit" value={name} checked={unit.value === name} onChange={() => (unit.value = name as Unit)} />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={logarithmic.value}
          onChange={({ currentTarget }) => (logarithmic.value = currentTarget.checked)}
        />
        <span>{gettext("Log bars")}</span>
      </label>
      <SavePicture
        what="waterfall"
        title={gettext("Waterfall")}
        step={token.step}
        draw={(palette) => waterfallPicture(table, paramsOf, logarithmic.value, palette)}
      />
    </div>
  );
}

function Head({ column, before }: { column: Column; before: Column | undefined }) {
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
      <span class="stage-name">{stageTitle(stage.name)}</span>
      <span class="stage-param">{paramsOf(stage.name)}</span>
      <span class="stage-line" title={gettext("Tokens that are left")}>
        {count(stage.kept)} <span class="quiet">{gettext("left")}</span>
      </span>
      <span class="stage-line" title={gettext("Probability of what this stage removed")}>
        {removed ? <span class="lost">−{probability(stage.removed_mass)}</span> : <span class="quiet">−0</span>}
      </span>
      <span class="stage-line" title={gettext("Entropy of what is left")}>
        {entropyBits.toFixed(2)} <span class="quiet">{gettext("bit")}</span>
      </span>
    </th>
  );
}

/** What the stage was told. */
function paramsOf(stage: string): string {
  const params = run.value.started?.stages.find(({ name }) => name === stage)?.params ?? {};
  return Object.values(params).map(number).join(" ") || "–";
}

function Off({ token }: { token: Token }) {
  const shown = new Set(token.trace?.stages.map(({ name }) => name));
  const off = (run.value.started?.stages ?? []).filter(({ name }: StageInfo) => !shown.has(name));
  if (off.length === 0) return null;
  return (
    <p class="off-stages">{fill(gettext("Off in this run: %(names)s"), { names: off.map(({ name }) => stageTitle(name)).join(", ") })}</p>
  );
}
