/** One layer at one position: its top choice, a number, a colour, and whether the chosen token has settled there. */

import { fill, gettext } from "../../i18n";
import { bits, count, percent } from "../../numbers";
import { Piece } from "../../tokens/Piece";
import { quoted } from "../../tokens/pieces";
import { cellOf, settledAt, type Cell, type Column } from "./columns";
import { afterLayer } from "./rows";
import { shows, type Shows } from "./state";

const MOST_RANK = 1000;
const MOST_BITS = 10; // as in the text

interface LensCellProps {
  row: number;
  position: number;
  column: Column | null;
}

export function LensCell({ row, position, column }: LensCellProps) {
  const place = { role: "gridcell", "aria-colindex": position + 1, "data-row": row, "data-position": position } as const;
  if (!column) return <span {...place} id={`lens-${row}-${position}`} class="lens-cell waiting" style={{ "--at": position - 1 }} />;
  const cell = cellOf(column, row);
  const settled = settledAt(column);
  return (
    <span
      {...place}
      id={`lens-${row}-${position}`}
      class={classes(cell, row, settled)}
      style={{ "--at": position - 1, "--heat": heat(cell, shows.value).toFixed(3) }}
      aria-description={said(cell, row, position, settled === row)}
      data-settled={settled === row || undefined}
      data-top={cell.top[0]?.id}
      data-top-probability={cell.top[0]?.probability}
      data-probability={cell.probability}
      data-rank={cell.rank}
      data-entropy={cell.entropy}
    >
      {cell.top[0] && <Piece of={cell.top[0].piece} />}
      <span class="lens-number">{short(cell, shows.value)}</span>
    </span>
  );
}

function classes({ rank }: Cell, row: number, settled: number | null): string {
  return ["lens-cell", shows.value === "entropy" ? "hot" : "cool", rank === 1 && "agrees", settled === row && "settled"]
    .filter(Boolean)
    .join(" ");
}

/** 0 to 1. */
function heat({ top, rank, entropy }: Cell, what: Shows): number {
  if (what === "probability") return top[0]?.probability ?? 0;
  if (what === "rank") return Math.max(0, 1 - Math.log(rank) / Math.log(MOST_RANK));
  return Math.min(1, entropy / Math.LN2 / MOST_BITS);
}

const short = ({ top, rank, entropy }: Cell, what: Shows): string =>
  ({ probability: percent(top[0]?.probability ?? 0), rank: `#${count(rank)}`, entropy: bits(entropy) })[what];

function said({ top, rank, probability, entropy }: Cell, row: number, position: number, settles: boolean): string {
  const [best] = top;
  const text = fill(
    gettext("Position %(position)s, %(where)s: top choice %(top)s %(p)s; chosen token rank %(rank)s, %(own)s; %(bits)s bit"),
    {
      position,
      where: afterLayer(row),
      top: best ? quoted(best.piece) : "",
      p: percent(best?.probability ?? 0),
      rank: count(rank),
      own: percent(probability),
      bits: bits(entropy),
    },
  );
  return settles ? `${text}; ${gettext("the chosen token is on top from here on")}` : text;
}
