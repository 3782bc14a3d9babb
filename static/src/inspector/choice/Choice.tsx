/** Why this token: the sentence, the dice, the waterfall; and what another order would have made of it. */

import { useComputed } from "@preact/signals";
import { fill, gettext, inSequence } from "../../i18n";
import { count, number, probability } from "../../numbers";
import { yours } from "../../branching/tree";
import { drawnOf, waterfall, type Traced, type Waterfall as Table } from "../../store/trace";
import { run, token } from "../../store/view";
import { quoted } from "../../tokens/pieces";
import { askAgain, other, own, refused, waiting } from "./asked";
import { Dice } from "./Dice";
import { differences, type Difference } from "./differences";
import { Waterfall } from "./Waterfall";

const NONE: ReadonlyMap<number, Difference> = new Map();

export function Choice() {
  const tables = useComputed(() => ({ own: own.value && waterfall(own.value), other: other.value && waterfall(other.value) }));
  const marked = useComputed(() => {
    const { own, other } = tables.value;
    return own && other ? differences(own, other) : NONE;
  });
  const view = other.value ?? own.value;
  const table = tables.value.other ?? tables.value.own;
  if (!view || !table) return <Untraced />;
  return (
    <div class="choice" aria-busy={waiting.value}>
      <Sentence token={view} table={table} />
      <Dice token={view} table={table} />
      <Refused />
      <Waterfall view={view} table={table} marked={marked.value} />
    </div>
  );
}

function Untraced() {
  if (refused.value) return <Refused />;
  return <p class="note">{waiting.value ? gettext("This step was decoded without a trace. It is being computed again.") : untraced()}</p>;
}

function Refused() {
  return refused.value ? (
    <p class="fault" role="alert" data-testid="step-refused">
      {refused.value}{" "}
      <button type="button" class="chip" onClick={askAgain}>
        {gettext("Try again")}
      </button>
    </p>
  ) : null;
}

function untraced(): string {
  const current = token.value;
  if (current && yours.value.includes(current.step)) return gettext("This token is yours: it was not drawn.");
  if (current && current.step < run.value.several.given.length)
    return gettext("This token was drawn in an earlier run, whose record is no longer kept.");
  return run.value.several.search.length > 0
    ? gettext("A beam search draws no dice: the scores of the hypotheses decided.")
    : gettext("This step was decoded without a trace. Set “Candidates” above 0 and run again.");
}

function Sentence({ token, table }: { token: Traced; table: Table }) {
  return (
    <p class="sentence" data-testid="sentence">
      {inSequence([believed(token), yours.value.includes(token.step) ? taken(token, table) : decided(token)])}
    </p>
  );
}

function believed({ piece, raw_logprob: raw, raw_rank: rank, trace }: Traced): string {
  if (raw === null) return fill(gettext("%(token)s is not among the candidates that were kept."), { token: quoted(piece) });
  const values = {
    token: quoted(piece),
    p: probability(Math.exp(raw)),
    rank: count(rank ?? 0),
    all: count(trace.stages[0]?.kept ?? 0),
  };
  return fill(gettext("The model gave %(token)s probability %(p)s, rank %(rank)s of %(all)s."), values);
}

/** A person decided: the dice had fallen elsewhere. */
function taken({ id, trace }: Traced, table: Table): string {
  const drawn = drawnOf(table, trace);
  if (!drawn || drawn.id === id) return gettext("You took it; nothing was drawn.");
  return fill(gettext("You took it; %(token)s had been drawn."), { token: quoted(drawn.piece) });
}

function decided({ logprob, trace: { dice, stages } }: Traced): string {
  const left = stages.at(-1)?.kept ?? 0;
  if (dice.greedy) return gettext("Greedy decoding takes the most likely token that the stages left.");
  if (left === 1) return gettext("The stages left no other token.");
  const values = { left: count(left), p: probability(Math.exp(logprob ?? 0)), u: number(dice.u) };
  return fill(gettext("The stages left %(left)s tokens and gave it %(p)s. The dice fell on %(u)s."), values);
}
