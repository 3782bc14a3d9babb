/** One row of the waterfall: a candidate through the stages, up to where it was removed and why. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { barLength } from "../../draw/length";
import { fill, gettext } from "../../i18n";
import { count, probability, score } from "../../numbers";
import type { Cell, Column, Row } from "../../store/trace";
import { scale } from "../../store/view";
import type { Difference } from "./differences";
import type { Geometry, Mark } from "./geometry";
import { Marks } from "./Marks";
import { reason } from "./reason";
import { stageTitle } from "./stages";
import { Taking } from "./Taking";

export type Unit = "probability" | "logit" | "rank";
export const unit = signal<Unit>("probability");

export interface CandidateProps {
  row: Row;
  columns: readonly Column[];
  geometry: readonly Geometry[];
  above?: Row | undefined; // the rows next to it on the screen
  below?: Row | undefined;
  difference?: Difference | undefined; // from the run's own order
  current?: boolean; // the keyboard is on it
  index?: number; // among all rows, from 1
  hook?: string;
  children?: ComponentChildren; // behind the name
}

export function Candidate({
  row,
  columns,
  geometry,
  above,
  below,
  difference,
  current,
  index,
  hook = "candidate",
  children,
}: CandidateProps) {
  const removed = row.removedAt >= 0;
  const kind = [row.chosen ? "chosen" : removed ? "removed" : "", difference && `differs now-${difference}`, current && "current"];
  const marks = (k: number) => ({ mark: markOf(geometry, k, row), above: markOf(geometry, k, above), below: markOf(geometry, k, below) });
  return (
    <tr
      class={kind.filter(Boolean).join(" ")}
      aria-rowindex={index}
      data-testid={hook}
      data-id={row.id}
      data-chosen={row.chosen}
      data-removed-at={row.removedAt}
      data-difference={difference}
    >
      <th scope="row" class="name">
        {row.chosen && <ChosenMark />}
        {difference && <DifferenceMark difference={difference} />}
        <Taking row={row} />
        <span class="id">{row.id}</span>
        {children}
      </th>
      {columns.map((column, k) =>
        k === row.removedAt ? (
          <Death key={k} row={row} column={column} span={columns.length - k} edge={above?.removedAt !== k} geometry={geometry[k]} />
        ) : k < row.removedAt || !removed ? (
          <Number key={k} cell={row.cells[k] ?? null} column={column} line={geometry[k]?.line ?? null} {...marks(k)} />
        ) : null,
      )}
    </tr>
  );
}

const markOf = (geometry: readonly Geometry[], k: number, row: Row | undefined): Mark | null => (row && geometry[k]?.mark(row)) ?? null;

const ChosenMark = () => (
  <span class="chosen-mark">
    <span class="visually-hidden">{gettext("Chosen")}</span>
  </span>
);

function DifferenceMark({ difference }: { difference: Difference }) {
  const [sign, title] = {
    kept: ["+", gettext("kept here, removed in the run")],
    removed: ["−", gettext("removed here, kept in the run")],
    elsewhere: ["≠", gettext("removed by another stage than in the run")],
  }[difference] as [string, string];
  return (
    <span class="difference" title={title}>
      <span aria-hidden="true">{sign}</span>
      <span class="visually-hidden">{title}</span>
    </span>
  );
}

interface NumberProps {
  cell: Cell | null;
  column: Column;
  line: number | null;
  mark: Mark | null;
  above: Mark | null;
  below: Mark | null;
}

function Number({ cell, column, line, ...marks }: NumberProps) {
  if (!cell) return <td />;
  const text = { probability: probability(cell.probability), logit: score(cell.score), rank: count(cell.rank) }[unit.value];
  const all = `${stageTitle(column.stage.name)}: p ${probability(cell.probability)}, logit ${score(cell.score)}, ${gettext("rank")} ${count(cell.rank)}`;
  return (
    <td data-probability={cell.probability} data-logit={cell.score} data-rank={cell.rank} title={all}>
      <Marks {...marks} />
      <Line at={line} />
      <span class="value">{text}</span>
    </td>
  );
}

const Line = ({ at }: { at: number | null }) => (at === null ? null : <span class="bound" style={{ "--at": at.toFixed(4) }} />);

interface DeathProps {
  row: Row;
  column: Column;
  span: number;
  edge: boolean; // the row above was not removed here
  geometry: Geometry | undefined;
}

const LAST = 1.4; // the width of the last column, in others

/** The reason takes the room of the columns that the token did not live to see; what failed is drawn where it failed. */
function Death({ row, column, span, edge, geometry }: DeathProps) {
  const share = span === 1 ? 1 : 1 / (span - 1 + LAST);
  const mark = geometry?.mark(row) ?? null;
  return (
    <td class={edge ? "death edge" : "death"} colSpan={span}>
      <span class="ground" style={{ "--share": share.toFixed(4) }}>
        {geometry?.test !== "rank" && geometry?.test !== "none" && <Marks mark={mark} above={null} below={null} />}
        <Line at={geometry?.line ?? null} />
      </span>
      <span class="cross" aria-hidden="true" />
      <span class="visually-hidden">{fill(gettext("removed by %(stage)s:"), { stage: stageTitle(column.stage.name) })} </span>
      <span class="why">{reason(column.stage, row.removedValue)}</span>
    </td>
  );
}

export function Other({ columns }: { columns: readonly Column[] }) {
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
          <span class="mass" style={{ "--from": 0, "--length": barLength(stage.other_mass, scale.value === "log").toFixed(4) }} />
          <span class="value">{stage.other_count ? probability(stage.other_mass) : "–"}</span>
          <span class="id">{stage.other_count ? count(stage.other_count) : ""}</span>
        </td>
      ))}
    </tr>
  );
}
