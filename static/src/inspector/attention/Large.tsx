/** One head: the selected token's row as bars over the positions, the strongest named, and the whole matrix below. */

import { useComputed } from "@preact/signals";
import { sum } from "d3-array";
import { largePicture } from "../../export/attention";
import { SavePicture } from "../../export/SavePicture";
import { fill, gettext } from "../../i18n";
import { percent } from "../../numbers";
import { rowOf, strongest, weights } from "../../store/attention";
import { hideFirst, hovered, token } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { quoted } from "../../tokens/pieces";
import { headTitle } from "./titles";
import { Bars } from "./Bars";
import { Matrix } from "./Matrix";
import { pieceAt, shownHead } from "./state";

const NAMED = 6;

export function Large() {
  const row = useComputed(() => {
    const found = token.value && rowOf(token.value, shownHead.value);
    return found && weights(found, hideFirst.value);
  });
  const shown = row.value;
  const { layer, head } = shownHead.value;
  return (
    <figure
      class="attention-large"
      data-testid="attention-large"
      data-layer={layer}
      data-head={head}
      data-sum={shown ? sum(shown) : ""}
      data-length={shown?.length ?? 0}
    >
      <figcaption>
        <b>{headTitle(shownHead.value)}</b>
        <SavePicture what="attention" title={headTitle(shownHead.value)} step={token.value?.step} draw={largePicture} />
        <span class="quiet">
          {fill(gettext("looking back from the position that chose %(token)s"), { token: token.value ? quoted(token.value.piece) : "" })}
        </span>
      </figcaption>
      <div class="one-row">
        {shown ? <Bars row={shown} /> : <p class="note">{gettext("This head was not watched at this step.")}</p>}
        {shown && <Strongest row={shown} />}
      </div>
      <Matrix />
    </figure>
  );
}

function Strongest({ row }: { row: Float32Array }) {
  return (
    <ol class="strongest" aria-label={gettext("Looked at most")}>
      {strongest(row, NAMED).map((position) => (
        <li
          key={position}
          class={hovered.value === position ? "lit" : ""}
          onPointerEnter={() => (hovered.value = position)}
          onPointerLeave={() => (hovered.value = null)}
        >
          <Piece of={pieceAt(position)} />
          <span class="figures">{percent(row[position] ?? 0)}</span>
        </li>
      ))}
    </ol>
  );
}
