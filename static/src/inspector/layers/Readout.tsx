/** The cell under the pointer or the keyboard in full: its three best, and the chosen token there. */

import { fill, gettext } from "../../i18n";
import { bits, count, percent } from "../../numbers";
import { Piece } from "../../tokens/Piece";
import { pieceAt } from "../attention/state";
import { cellOf, type Cell, type Choice } from "./columns";
import { afterLayer } from "./rows";
import { shownPlace, table } from "./state";

export function Readout() {
  void table.version.value;
  const { row, position } = shownPlace.value;
  const column = table.at(position);
  const cell = column && cellOf(column, row);
  return (
    <div class="lens-readout" data-testid="lens-readout" aria-hidden="true">
      <p class="lens-where">
        <b>{fill(gettext("Position %(position)s, %(where)s"), { position, where: afterLayer(row) })}</b>
      </p>
      {cell && (
        <>
          <ol class="lens-top">
            {cell.top.map((choice) => (
              <Best key={choice.id} choice={choice} />
            ))}
          </ol>
          <Own cell={cell} piece={pieceAt(position)} />
        </>
      )}
    </div>
  );
}

const Best = ({ choice: { piece, probability } }: { choice: Choice }) => (
  <li>
    <span class="mass" style={{ "--length": probability.toFixed(4) }} />
    <Piece of={piece} />
    <span class="figures">{percent(probability)}</span>
  </li>
);

const Own = ({ cell: { rank, probability, entropy }, piece }: { cell: Cell; piece: Uint8Array }) => (
  <dl class="lens-own">
    <div>
      <dt>
        {gettext("Chosen token")} <Piece of={piece} />
      </dt>
      <dd class="figures">{fill(gettext("rank %(rank)s, %(p)s"), { rank: count(rank), p: percent(probability) })}</dd>
    </div>
    <div>
      <dt>{gettext("Entropy")}</dt>
      <dd class="figures">{fill(gettext("%(bits)s bit"), { bits: bits(entropy) })}</dd>
    </div>
  </dl>
);
