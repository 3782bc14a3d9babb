/** Why this token: the sentence, the dice, the waterfall. */

import { useComputed } from "@preact/signals";
import { fill, gettext } from "../../i18n";
import { count, number, probability } from "../../numbers";
import type { Token, Trace } from "../../protocol/generated";
import { waterfall } from "../../store/trace";
import { token } from "../../store/view";
import { label } from "../../tokens/pieces";
import { Dice } from "./Dice";
import { Waterfall } from "./Waterfall";

export const traced = (token: Token | null): (Token & { trace: Trace }) | null => (token?.trace ? (token as Token & { trace: Trace }) : null);

export function Choice() {
  const table = useComputed(() => {
    const current = traced(token.value);
    return current && { token: current, ...waterfall(current) };
  });
  const shown = table.value;
  if (!shown) return <p class="note">{gettext("This step was decoded without a trace. Set “Candidates” above 0 and run again.")}</p>;
  return (
    <div class="choice">
      <Sentence token={shown.token} />
      <Dice token={shown.token} table={shown} />
      <Waterfall token={shown.token} table={shown} />
    </div>
  );
}

function Sentence({ token }: { token: Token & { trace: Trace } }) {
  const { dice, stages } = token.trace;
  const p = Math.exp(token.logprob ?? 0);
  const first = stages[0]?.kept ?? 0;
  const values = { token: label(token.piece), raw: probability(Math.exp(token.raw_logprob ?? 0)), rank: count(token.raw_rank ?? 0), all: count(first), left: count(stages.at(-1)?.kept ?? 0), p: probability(p) };
  const text = dice.greedy
    ? gettext("The model gave %(token)s probability %(raw)s, rank %(rank)s of %(all)s. Greedy decoding takes the most likely token after all stages.")
    : gettext("The model gave %(token)s probability %(raw)s, rank %(rank)s of %(all)s. The stages left %(left)s tokens and gave it %(p)s.");
  return (
    <p class="sentence">
      {fill(text, values)} {!dice.greedy && fill(gettext("The dice fell on %(u)s."), { u: number(dice.u) })}
    </p>
  );
}
