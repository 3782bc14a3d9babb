/** One row of the waterfall: a candidate through the stages, up to where it was removed and why. */

import { signal } from "@preact/signals";
import { barLength } from "../../draw/length";
import { fill, gettext } from "../../i18n";
import { count, probability, score } from "../../numbers";
import type { Cell, Column, Row } from "../../store/trace";
import { logarithmic } from "../../store/view";
import { Piece } from "../../tokens/Piece";
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
        <Piece of={row.piece} title={fill(gettext("Token id %(id)s"), { id: row.id })} />
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
