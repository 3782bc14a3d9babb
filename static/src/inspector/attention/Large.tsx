/** One head large: its map, and the selected token's row as bars, the strongest named. */

import { sum } from "d3-array";
import { largePicture } from "../../export/attention";
import { SavePicture } from "../../export/SavePicture";
import { fill, gettext } from "../../i18n";
import { percent } from "../../numbers";
import { strongest } from "../../store/attention";
import { hideFirst, hovered, token } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { quoted } from "../../tokens/pieces";
import { headTitle } from "./titles";
import { Bars } from "./Bars";
import { AttentionMap } from "./Map";
import { Missing } from "./Missing";
import { axisWords, byWords, looking, pieceOf, selectedRow, shownHead, unitAt, unitOf } from "./state";
import { sliding } from "./windows";

const NAMED = 8;

export function Large() {
  const shown = selectedRow.value;
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
        <span class="quiet">{manners().join(" · ")}</span>
        <SavePicture what="attention" title={headTitle(shownHead.value)} step={token.value?.step} draw={largePicture} />
      </figcaption>
      <AttentionMap />
      <div class="one-row">
        <h3>{rowTitle()}</h3>
        {shown ? <Bars row={shown} /> : <Missing />}
        {shown && <Strongest row={shown} />}
        {sliding.value !== null && (
          <p class="note">
            {fill(gettext("This layer sees %(count)s tokens back, itself included; the hatched part is out of its sight."), {
              count: sliding.value,
            })}
          </p>
        )}
        {shown && <Missing />}
      </div>
    </figure>
  );
}

/** What was done to the weights. */
const manners = (): string[] => [
  ...(hideFirst.value ? [gettext("without the first token, the rest scaled up to 1")] : []),
  ...(byWords.value ? [gettext("by words: rows averaged, columns summed")] : []),
];

function rowTitle(): string {
  const chosen = token.value ? quoted(token.value.piece) : "";
  const word = axisWords.value && unitAt(unitOf(looking.value));
  return word && word.to - word.from > 1
    ? fill(gettext("The word %(word)s looking back: the mean of its tokens"), { word: quoted(pieceOf(word)) })
    : fill(gettext("Looking back from the position that chose %(token)s"), { token: chosen });
}

function Strongest({ row }: { row: Float32Array }) {
  const lit = hovered.value === null ? -1 : unitOf(hovered.value);
  return (
    <ol class="strongest" aria-label={gettext("Looked at most")}>
      {strongest(row, NAMED).map((unit) => (
        <li
          key={unit}
          class={lit === unit ? "lit" : ""}
          data-position={unitAt(unit).from}
          data-weight={row[unit]}
          onPointerEnter={() => (hovered.value = unitAt(unit).from)}
          onPointerLeave={() => (hovered.value = null)}
        >
          <Piece of={pieceOf(unitAt(unit))} />
          <span class="figures">{percent(row[unit] ?? 0)}</span>
        </li>
      ))}
    </ol>
  );
}
