/** The cell under the crosshair in words: from, to, weight. Beside the pointer, and said aloud only when the keyboard moved it. */

import { fill, gettext } from "../../i18n";
import { percent } from "../../numbers";
import { Piece } from "../../tokens/Piece";
import { cell, view, weightIn, type Weight } from "./mapState";
import { manner, pieceOf, unitAt, unitCount } from "./state";

export function Tip() {
  void manner.value; // rows that are asked for come later than the pointer
  const at = cell.value;
  const there = at !== null && at.row < unitCount.value && at.column < unitCount.value;
  const weight = there ? weightIn(at) : null;
  return (
    <p
      class="map-tip"
      data-testid="map-tip"
      data-from={there ? unitAt(at.row).from : ""}
      data-to={there ? unitAt(at.column).from : ""}
      data-weight={weight?.value ?? ""}
      aria-live={at?.by === "keyboard" ? "polite" : "off"}
      style={there ? place(at.row, at.column) : { display: "none" }}
    >
      {there && (
        <>
          <Unit n={at.row} /> <span aria-hidden="true">→</span> <span class="visually-hidden">{gettext("looks at")}</span>{" "}
          <Unit n={at.column} /> <b class="figures">{weight ? percentOf(weight) : said(at.row, at.column)}</b>
        </>
      )}
    </p>
  );
}

/** A weight that was rounded to nothing is not nothing. */
const percentOf = ({ value, step }: Weight): string => (value === 0 && step > 0 ? `< ${percent(step)}` : percent(value));

const said = (row: number, column: number): string => (column > row ? gettext("still ahead") : gettext("not known"));

function Unit({ n }: { n: number }) {
  return (
    <>
      <Piece of={pieceOf(unitAt(n))} /> <span class="quiet">{fill(gettext("(%(position)s)"), { position: unitAt(n).from })}</span>
    </>
  );
}

/** Away from the cell, on the side where there is more room. */
function place(row: number, column: number): Record<string, string> {
  const { x, y, columns, rows } = view.value;
  const [across, down] = [(column + 0.5 - x) / columns, (row + 0.5 - y) / rows];
  const left = across < 0.5;
  return {
    [left ? "left" : "right"]:
      `calc((100% - var(--gutter-left)) * ${left ? across : 1 - across} + ${left ? "var(--gutter-left)" : "0px"} + 0.75rem)`,
    top: `calc((100% - var(--gutter-top)) * ${down} + var(--gutter-top) ${down < 0.75 ? "+ 0.75rem" : "- 2.5rem"})`,
  };
}
