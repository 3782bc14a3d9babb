/** A row per earlier position: its key, its score, its weight, its value. Only the rows in view exist. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { gettext } from "../../i18n";
import { percent, score } from "../../numbers";
import { hovered } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { pieceAt } from "../attention/state";
import type { Anatomy } from "./anatomy";
import { Strip } from "./Strip";

const BEYOND = 6; // rows drawn above and below those in view
const inView = signal<[number, number]>([0, 24]);

export function HeadTable({ parts }: { parts: Anatomy }) {
  const scroller = useRef<HTMLDivElement>(null);
  useRows(scroller);
  const [first, last] = inView.value;
  const [from, to] = [Math.max(0, Math.min(first, parts.length) - BEYOND), Math.min(parts.length, last + BEYOND)];
  return (
    <div class="head-scroll" ref={scroller} tabIndex={0} role="region" aria-label={gettext("Positions of this head")}>
      <table class="head-table" aria-rowcount={parts.length + 2}>
        <Heading parts={parts} />
        <tbody>
          <Space rows={from} />
          {Array.from({ length: to - from }, (_, k) => (
            <Position key={from + k} position={from + k} parts={parts} />
          ))}
          <Space rows={parts.length - to} />
        </tbody>
        <Result parts={parts} />
      </table>
    </div>
  );
}

const Heading = ({ parts: { query, mostIn } }: { parts: Anatomy }) => (
  <thead>
    <tr>
      <th scope="col">{gettext("Position")}</th>
      <th scope="col" class="vector">
        {gettext("Key")}
      </th>
      <th scope="col">{gettext("Score")}</th>
      <th scope="col">{gettext("Weight")}</th>
      <th scope="col" class="vector">
        {gettext("Value")}
      </th>
    </tr>
    <tr class="query">
      <th scope="row">{gettext("Query")}</th>
      <td class="vector">
        <Strip vector={query} most={mostIn} label={gettext("Query")} />
      </td>
      <td colSpan={3} />
    </tr>
  </thead>
);

/** The row that the head hands on. */
const Result = ({ parts: { output, mostOut, weights } }: { parts: Anatomy }) => (
  <tfoot>
    <tr>
      <th scope="row" colSpan={3}>
        {gettext("Output")}
      </th>
      <td class="figures" data-testid="weights-sum">
        {percent(weights.reduce((a, b) => a + b, 0))}
      </td>
      <td class="vector">
        <Strip vector={output} most={mostOut} label={gettext("Output")} />
      </td>
    </tr>
  </tfoot>
);

/** The room of rows that are not drawn. */
const Space = ({ rows }: { rows: number }) =>
  rows > 0 ? (
    <tr aria-hidden="true" class="space" style={{ "--rows": rows }}>
      <td colSpan={5} />
    </tr>
  ) : null;

function Position({ position, parts }: { position: number; parts: Anatomy }) {
  const [scored, weight] = [parts.scores[position] ?? 0, parts.weights[position] ?? 0];
  return (
    <tr
      class={hovered.value === position ? "lit" : ""}
      aria-rowindex={position + 2}
      data-position={position}
      data-score={scored}
      data-weight={weight}
      onPointerEnter={() => (hovered.value = position)}
      onPointerLeave={() => (hovered.value = null)}
    >
      <th scope="row">
        <Piece of={pieceAt(position)} /> <span class="id">{position}</span>
      </th>
      <td class="vector">
        <Strip vector={parts.key(position)} most={parts.mostIn} />
      </td>
      <td class="measure">
        <span class={scored < 0 ? "mass against" : "mass"} style={{ "--length": (Math.abs(scored) / parts.mostScore).toFixed(4) }} />
        <span class="value">{score(scored)}</span>
      </td>
      <td class="measure">
        <span class="mass" style={{ "--length": (weight / parts.mostWeight).toFixed(4) }} />
        <span class="value">{percent(weight)}</span>
      </td>
      <td class="vector">
        <Strip vector={parts.value(position)} most={parts.mostOut} />
      </td>
    </tr>
  );
}

/** Follows the scroller; a row's height is the style sheet's, and the same for all. */
function useRows(scroller: { current: HTMLElement | null }): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const height = element.querySelector<HTMLElement>("tbody tr:not(.space)")?.offsetHeight || 24;
      const [first, last] = [Math.floor(element.scrollTop / height), Math.ceil((element.scrollTop + element.clientHeight) / height)];
      if (first !== inView.peek()[0] || last !== inView.peek()[1]) inView.value = [first, last];
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
}
