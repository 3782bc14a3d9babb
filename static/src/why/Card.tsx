/** One card: what a token is, what chose it, where the model looked, when it was decided, and who spoke for it. */

import { fill, gettext } from "../i18n";
import { pieceAt } from "../inspector/attention/state";
import { cellOf, columnsOf, rowsOf, settledAt } from "../inspector/layers/columns";
import { became } from "../inspector/layers/Lens";
import { byWeight, signed } from "../inspector/layers/signed";
import { bits, count, percent } from "../numbers";
import { values } from "../protocol/codec";
import type { AskAttribution, AskLens, Token } from "../protocol/generated";
import { Refused } from "../questions/Refused";
import { useAnswer } from "../questions/useAnswer";
import { promptLength } from "../store/view";
import { Piece } from "../tokens/Piece";
import { hex, quoted } from "../tokens/pieces";
import { lookedAt } from "./looked";
import { fate, type Traced } from "./sentences";
import { pin, pinned } from "./state";

export function Card({ token }: { token: Token }) {
  const held = pinned.value.includes(token.step);
  return (
    <>
      <header class="why-head">
        <b class="why-token">
          <Piece of={token.piece} />
        </b>
        <span class="quiet figures">{fill(gettext("step %(step)s"), { step: token.step })}</span>
        <button
          type="button"
          class="chip"
          aria-pressed={held}
          title={gettext("Keep this card to compare it with another (P)")}
          onClick={() => pin(token.step)}
        >
          {held ? gettext("Unpin") : gettext("Pin")}
        </button>
      </header>
      <p class="why-id quiet">
        {fill(gettext("id %(id)s, bytes %(bytes)s"), { id: token.id, bytes: token.piece.length ? hex(token.piece) : "∅" })}
      </p>
      <Numbers token={token} />
      <p class="why-fate">{token.trace ? fate(token as Traced) : gettext("This step was decoded without a trace.")}</p>
      <dl class="why-lines">
        <Attended token={token} />
        <Asked token={token} />
      </dl>
    </>
  );
}

function Numbers({ token: { raw_logprob: raw, logprob, raw_rank: rank, raw_entropy: entropy, trace } }: { token: Token }) {
  const k = trace?.dice.position;
  return (
    <table class="why-numbers">
      <thead>
        <tr>
          <td />
          <th scope="col">{gettext("Model")}</th>
          <th scope="col">{gettext("After the stages")}</th>
        </tr>
      </thead>
      <tbody class="figures">
        <tr>
          <th scope="row">{gettext("Probability")}</th>
          <td>{raw === null ? "–" : percent(Math.exp(raw))}</td>
          <td>{logprob === null ? "–" : percent(Math.exp(logprob))}</td>
        </tr>
        <tr>
          <th scope="row">{gettext("Rank")}</th>
          <td>{rank === null ? "–" : count(rank)}</td>
          <td>{k === undefined ? "–" : count(k + 1)}</td>
        </tr>
        <tr>
          <th scope="row">{gettext("Entropy")}</th>
          <td>{entropy === null ? "–" : fill(gettext("%(bits)s bit"), { bits: bits(entropy) })}</td>
          <td>{trace ? fill(gettext("%(bits)s bit"), { bits: bits(trace.stages.at(-1)?.entropy ?? 0) }) : "–"}</td>
        </tr>
      </tbody>
    </table>
  );
}

const Line = ({ name, text, hook }: { name: string; text: string | null; hook: string }) => (
  <div data-testid={hook} data-answered={text !== null}>
    <dt>{name}</dt>
    <dd>{text ?? "…"}</dd>
  </div>
);

function Attended({ token }: { token: Token }) {
  const found = lookedAt(token);
  const text = found
    ? fill(gettext("%(token)s at position %(position)s: %(weight)s of layer %(layer)s"), {
        token: quoted(pieceAt(found.position)),
        position: found.position,
        weight: percent(found.weight),
        layer: found.layer,
      })
    : gettext("not watched at this step");
  return <Line name={gettext("Looked at most")} text={text} hook="why-attention" />;
}

/** What only the model can say; the room for it is kept from the start. */
function Asked({ token }: { token: Token }) {
  const position = promptLength.value + token.step;
  const possible = position > 0;
  const lens = useAnswer<AskLens>(possible ? { type: "lens", first: position, last: position + 1, top: 3 } : null);
  const speech = useAnswer<AskAttribution>(possible ? { type: "attribution", position } : null);
  const refused = [...lens.refused, ...speech.refused];
  const again = () => [lens, speech].forEach((each) => each.refused.length && each.again());
  return (
    <>
      <Line name={gettext("In the layers")} text={lens.current && lens.answer ? settling(token, lens.answer) : null} hook="why-lens" />
      <Line
        name={gettext("Loudest for or against")}
        text={speech.current && speech.answer ? loudest(values(speech.answer.scores) as Float32Array) : null}
        hook="why-attribution"
      />
      <Refused errors={refused} again={again} />
    </>
  );
}

function settling(token: Token, answer: Parameters<typeof columnsOf>[0]): string {
  const column = columnsOf(answer)[0]?.[1];
  return column ? became(quoted(token.piece), settledAt(column), cellOf(column, rowsOf(column) - 1).rank) : "–";
}

function loudest(scores: Float32Array): string {
  const [position = 0] = byWeight(scores);
  const values = { token: quoted(pieceAt(position)), position, score: signed(scores[position] ?? 0) };
  return fill(gettext("%(token)s at position %(position)s: %(score)s of the logit (gradient × input)"), values);
}
