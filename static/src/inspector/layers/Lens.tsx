/** The logit lens: what the model would say if it stopped after each layer, for every position of the text. */

import { Choices } from "../../controls/Choices";
import { fill, gettext } from "../../i18n";
import { count } from "../../numbers";
import { isLasting, Refused } from "../../questions/Refused";
import { quoted } from "../../tokens/pieces";
import { pieceAt } from "../attention/state";
import { cellOf, rowsOf, settledAt } from "./columns";
import { LensGrid } from "./LensGrid";
import { Readout } from "./Readout";
import { afterLayer } from "./rows";
import { position, shows, table, type Shows } from "./state";

const wanted = (): [Shows, string][] => [
  ["probability", gettext("Probability of the top choice")],
  ["rank", gettext("Rank of the chosen token")],
  ["entropy", gettext("Entropy")],
];

export function Lens() {
  return (
    <section class="lens" aria-label={gettext("Logit lens")}>
      {!isLasting(table.refused.value) && <Heading />}
      <Refused errors={table.refused.value} again={() => table.again()} />
      {!isLasting(table.refused.value) && (
        <>
          <LensGrid />
          <Readout />
        </>
      )}
      <p class="note">
        {gettext(
          "The logit lens puts the model's own final norm and output head on the state after each layer. It shows what could be read off there by that head; it is not what the layer “thinks”: a state may hold more than the head can read, and early layers often speak another basis.",
        )}
      </p>
    </section>
  );
}

function Heading() {
  return (
    <>
      <Verdict />
      <div class="controls">
        <Choices name="lens-shows" label={gettext("Colours and numbers")} all={wanted()} chosen={shows} />
        <span class="lens-key quiet">{gettext("the chosen token is on top from here on")}</span>
      </div>
    </>
  );
}

/** Where the selected token became the top choice, in a sentence. */
function Verdict() {
  void table.version.value;
  const column = table.at(position.value);
  return (
    <p class="verdict" data-testid="lens-verdict" data-settled={column ? settledAt(column) : undefined}>
      {column ? became(quoted(pieceAt(position.value)), settledAt(column), cellOf(column, rowsOf(column) - 1).rank) : "\u00a0"}
    </p>
  );
}

/** `rank` is that in the output. */
export function became(token: string, settled: number | null, rank: number): string {
  if (settled === null)
    return fill(gettext("%(token)s is not the top choice in the end: its rank in the output is %(rank)s."), {
      token,
      rank: count(rank),
    });
  if (settled === 0) return fill(gettext("%(token)s is the top choice from the start, before any layer."), { token });
  return fill(gettext("%(token)s becomes the top choice %(where)s and stays so."), { token, where: afterLayer(settled) });
}
