/** The fate of tokens: every stage a column over the whole vocabulary, every shown candidate a row, the rest in one row. */

import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { take } from "../../branching/actions";
import { fill, gettext, inList } from "../../i18n";
import type { Row, Waterfall as Table } from "../../store/trace";
import { scale, step } from "../../store/view";
import type { View } from "./asked";
import { Candidate, Other, type CandidateProps } from "./Candidate";
import { Controls } from "./Controls";
import type { Difference } from "./differences";
import { Experiment } from "./Experiment";
import { Followed } from "./Followed";
import { follow, isFollowed, unfollow } from "./following";
import { geometries, type Geometry } from "./geometry";
import { Explanation, Head, linesOf, NameHead } from "./Head";
import { useRows } from "./scrolling";
import { stageTitle } from "./stages";

interface WaterfallProps {
  view: View;
  table: Table;
  marked: ReadonlyMap<number, Difference>;
}

export function Waterfall({ view, table, marked }: WaterfallProps) {
  const { columns, rows } = table;
  const geometry = useMemo(() => geometries(columns, rows, scale.value), [table, scale.value]);
  const most = Math.max(...columns.map(({ entropyBits }) => entropyBits));
  return (
    <section class="waterfall" aria-label={gettext("Waterfall")}>
      <Controls view={view} table={table}>
        <Experiment marked={marked} />
      </Controls>
      <Explanation columns={columns} />
      <Scrolled table={table} geometry={geometry} marked={marked}>
        {columns.map((column, k) => (
          <Head key={k} column={column} before={columns[k - 1]} most={most} stages={view.stages} />
        ))}
      </Scrolled>
      <Off view={view} />
    </section>
  );
}

interface ScrolledProps extends Omit<WaterfallProps, "view"> {
  geometry: readonly Geometry[];
  children: preact.ComponentChildren;
}

/** The table in a box of its own that scrolls both ways: of many rows only those in sight are there. */
function Scrolled({ table: { columns, rows }, geometry, marked, children }: ScrolledProps) {
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const { first, last, rowHeight, show } = useRows(box, rows.length);
  const spoken = current === null ? undefined : rows[current];

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const at = current ?? -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) moveTo(Math.max(0, Math.min(rows.length - 1, to)));
    else if (event.key === "Enter" && spoken) take(step.value, spoken.id, spoken.piece);
    else if (event.key === " " && spoken) toggle(spoken);
    else return;
    event.preventDefault();
  };
  const moveTo = (row: number) => {
    setCurrent(row);
    show(row);
  };
  // A row that stays in sight is the same as before: Preact then leaves it alone, and scrolling costs the new rows only.
  const drawn = useMemo(() => new Map<number, JSX.Element>(), [rows, columns, geometry, marked]);
  const fresh = (at: number, row: Row) => (
    <Candidate
      key={at} // by place: a token whose rank changes is written elsewhere, and nothing on the screen moves
      {...{ row, columns, geometry }}
      above={rows[at - 1]}
      below={rows[at + 1]}
      difference={marked.get(row.id)}
      current={at === current}
      index={at + 2}
    />
  );
  const draw = (row: Row, k: number) => {
    const at = first + k;
    if (at === current) return fresh(at, row);
    const known = drawn.get(at) ?? fresh(at, row);
    drawn.set(at, known);
    return known;
  };
  return (
    <div
      class="waterfall-scroll"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={gettext("Stages and candidates")}
      data-testid="waterfall-scroll"
      onKeyDown={onKeyDown}
    >
      <table style={{ "--stages": columns.length, "--found": linesOf(columns) }} aria-rowcount={rows.length + 2}>
        <thead>
          <tr>
            <NameHead />
            {children}
          </tr>
        </thead>
        <Followed {...{ rows, columns, geometry }} />
        <tbody>
          <Gap rows={first} height={rowHeight} />
          {rows.slice(first, last).map(draw)}
          <Gap rows={rows.length - last} height={rowHeight} />
          <Other columns={columns} />
        </tbody>
      </table>
      <Spoken row={spoken} number={(current ?? 0) + 1} of={rows.length} />
    </div>
  );
}

const toggle = ({ id, piece }: Row): void => (isFollowed(id) ? unfollow(id) : follow({ id, piece }));

/** The place of rows that are out of sight. */
const Gap = ({ rows, height }: { rows: number; height: number }) =>
  rows > 0 ? <tr class="gap" aria-hidden="true" style={{ height: `${rows * height}px` }} /> : null;

/** The row that the keys are on, for those who hear it. */
const Spoken = ({ row, number, of }: { row: CandidateProps["row"] | undefined; number: number; of: number }) => (
  <p class="visually-hidden" role="status">
    {row && fill(gettext("Row %(number)s of %(of)s: token %(id)s"), { number, of, id: row.id })}
  </p>
);

function Off({ view }: { view: View }) {
  const shown = new Set(view.trace.stages.map(({ name }) => name));
  const off = view.stages.filter(({ name }) => !shown.has(name));
  if (off.length === 0) return null;
  return (
    <p class="off-stages">{fill(gettext("Off in this run: %(names)s"), { names: inList(off.map(({ name }) => stageTitle(name))) })}</p>
  );
}
