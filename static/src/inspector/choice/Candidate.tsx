/** One row of the waterfall: a candidate through the stages, up to where it was removed and why. */

import { signal } from "@preact/signals";
import { barLength } from "../../draw/length";
import { fill, gettext } from "../../i18n";
import { count, probability, score } from "../../numbers";
import type { Cell, Column, Row } from "../../store/trace";
import { canBranch, take } from "../../branching/actions";
import { logarithmic, step } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { quoted } from "../../tokens/pieces";
import { reason } from "./reason";
import { stageTitle } from "./stages";

export type Unit = "probability" | "logit" | "rank";
export const unit = signal<Unit>("probability");

export function Candidate({ row, columns }: { row: Row; columns: Column[] }) {
  const removed = row.removedAt >= 0;
  return (
    <tr
      class={row.chosen ? "chosen" : removed ? "removed" : ""}
      data-testid="candidate"
      data-id={row.id}
      data-chosen={row.chosen}
      data-removed-at={row.removedAt}
    >
      <th scope="row" class="name">
        {row.chosen && <ChosenMark />}
        <Taking row={row} />
        <span class="id">{row.id}</span>
      </th>
      {columns.map((column, k) =>
        k === row.removedAt ? (
          <Death key={k} row={row} column={column} span={columns.length - k} />
        ) : k < row.removedAt || !removed ? (
          <Number key={k} cell={row.cells[k] ?? null} column={column} />
        ) : null,
      )}
    </tr>
  );
}

/** The token as a button that takes it instead of the one that stands there. The arrow keys lead from row to row. */
function Taking({ row }: { row: Row }) {
  const piece = <Piece of={row.piece} title={fill(gettext("Token id %(id)s"), { id: row.id })} />;
  if (!canBranch()) return piece;
  return (
    <button
      type="button"
      class="take"
      tabIndex={row.chosen ? 0 : -1}
      title={row.chosen ? undefined : fill(gettext("Take %(token)s here and go on from it"), { token: quoted(row.piece) })}
      onClick={() => take(step.value, row.id, row.piece)}
      onKeyDown={walk}
    >
      {piece}
    </button>
  );
}

function walk(event: KeyboardEvent): void {
  const { key, currentTarget } = event;
  if (key !== "ArrowDown" && key !== "ArrowUp") return;
  const row = (currentTarget as HTMLElement).closest("tr");
  const next = key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  next?.querySelector<HTMLElement>(".take")?.focus();
  event.preventDefault();
}

const ChosenMark = () => (
  <span class="chosen-mark">
    <span class="visually-hidden">{gettext("Chosen")}</span>
  </span>
);

function Number({ cell, column }: { cell: Cell | null; column: Column }) {
  if (!cell) return <td />;
  const text = { probability: probability(cell.probability), logit: score(cell.score), rank: count(cell.rank) }[unit.value];
  const all = `${stageTitle(column.stage.name)}: p ${probability(cell.probability)}, logit ${score(cell.score)}, ${gettext("rank")} ${count(cell.rank)}`;
  return (
    <td data-probability={cell.probability} data-logit={cell.score} data-rank={cell.rank} title={all}>
      <span class="mass" style={{ "--length": barLength(cell.probability, logarithmic.value).toFixed(4) }} />
      <span class="value">{text}</span>
    </td>
  );
}

/** The reason takes the room of the columns that the token did not live to see. */
function Death({ row, column, span }: { row: Row; column: Column; span: number }) {
  return (
    <td class="death" colSpan={span}>
      <span class="cross" aria-hidden="true" />
      <span class="visually-hidden">{fill(gettext("removed by %(stage)s:"), { stage: stageTitle(column.stage.name) })} </span>
      <span class="why">{reason(column.stage, row.removedValue)}</span>
    </td>
  );
}

export function Other({ columns }: { columns: Column[] }) {
  return (
    <tr class="other" data-testid="other">
      <th scope="row" class="name">
        <span class="piece">{gettext("other")}</span>
      </th>
      {columns.map(({ stage }, k) => (
        <td
          key={k}
          data-probability={stage.other_mass}
          data-count={stage.other_count}
          title={fill(gettext("%(count)s tokens that are not shown"), { count: count(stage.other_count) })}
        >
          <span class="mass" style={{ "--length": barLength(stage.other_mass, logarithmic.value).toFixed(4) }} />
          <span class="value">{stage.other_count ? probability(stage.other_mass) : "–"}</span>
          <span class="id">{stage.other_count ? count(stage.other_count) : ""}</span>
        </td>
      ))}
    </tr>
  );
}
