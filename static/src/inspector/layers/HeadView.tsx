/** One attention head taken apart: query times keys make the scores, softmax the weights, weights times values the output. */

import { useMemo } from "preact/hooks";
import { fill, gettext } from "../../i18n";
import { number } from "../../numbers";
import type { AskHead, HeadView as Answer } from "../../protocol/generated";
import { Refused } from "../../questions/Refused";
import { useAnswer } from "../../questions/useAnswer";
import { head, run, token } from "../../store/view";
import { quoted } from "../../tokens/pieces";
import { anatomyOf } from "./anatomy";
import { HeadTable } from "./HeadTable";
import { position } from "./state";

/** The head chosen here or in the Attention panel; of a mean, its first. */
const wanted = () => ({ layer: head.value.layer, head: Math.max(0, head.value.head) });

export function HeadView() {
  const asked: AskHead | null = token.value && position.value > 0 ? { type: "head", position: position.value, ...wanted() } : null;
  const { answer, current, refused, again } = useAnswer<AskHead>(asked);
  return (
    <section class="head-view" aria-label={gettext("One head: Q, K, V")} aria-busy={!current && !refused.length}>
      <Picker />
      <Refused errors={refused} again={again} />
      {!refused.length && (answer ? <Found answer={answer} current={current} /> : <div class="head-found waiting" />)}
    </section>
  );
}

function Picker() {
  const { model } = run.value;
  const { layer, head: column } = wanted();
  return (
    <div class="controls">
      <Pick
        label={gettext("Layer")}
        hook="pick-layer"
        count={model?.layers ?? 1}
        at={layer}
        pick={(layer) => (head.value = { layer, head: column })}
      />
      <Pick
        label={gettext("Head")}
        hook="pick-head"
        count={model?.heads ?? 1}
        at={column}
        pick={(head_) => (head.value = { layer, head: head_ })}
      />
      <p class="quiet">{fill(gettext("as it chose %(token)s"), { token: token.value ? quoted(token.value.piece) : "" })}</p>
    </div>
  );
}

interface PickProps {
  label: string;
  hook: string;
  count: number;
  at: number;
  pick: (to: number) => void;
}

const Pick = ({ label, hook, count, at, pick }: PickProps) => (
  <label class="inline-field">
    <span class="quiet">{label}</span>
    <select class="select small" data-testid={hook} value={at} onChange={({ currentTarget }) => pick(Number(currentTarget.value))}>
      {Array.from({ length: count }, (_, k) => (
        <option key={k} value={k}>
          {k}
        </option>
      ))}
    </select>
  </label>
);

function Found({ answer, current }: { answer: Answer; current: boolean }) {
  const parts = useMemo(() => anatomyOf(answer), [answer]);
  return (
    <div
      class={current ? "head-found" : "head-found stale"}
      data-testid="head-view"
      data-current={current}
      data-position={answer.position}
      data-layer={answer.layer}
      data-head={answer.head}
    >
      <p class="formula">{formula(answer)}</p>
      <HeadTable parts={parts} />
      <p class="note">{facts(answer).join(" · ")}</p>
    </div>
  );
}

/** What is done to a score, in the order in which it is done. */
export function formula({ softcap, window }: Pick<Answer, "softcap" | "window">): string {
  const scored = gettext("score = query · key × scaling");
  const capped = softcap === null ? gettext("score") : `${number(softcap)} × tanh(${gettext("score")} / ${number(softcap)})`;
  const over = window === null ? "" : ` ${fill(gettext("over the last %(window)s positions"), { window })}`;
  return `${scored}; ${fill(gettext("weight = softmax(%(score)s)"), { score: capped })}${over}; ${gettext("output = sum of weight × value")}`;
}

export function facts({ scaling, softcap, window, kv_head, heads_per_kv, query }: Answer): string[] {
  const width = query.shape[0] ?? 0;
  const usual = Math.abs(scaling * Math.sqrt(width) - 1) < 1e-4;
  const shared = { head: kv_head, count: heads_per_kv };
  return [
    usual ? `${gettext("scaling")} ${number(scaling)} = 1/√${width}` : `${gettext("scaling")} ${number(scaling)}`,
    softcap === null ? gettext("no soft cap") : fill(gettext("soft cap %(cap)s"), { cap: number(softcap) }),
    window === null ? gettext("no window") : fill(gettext("window of %(window)s positions"), { window }),
    heads_per_kv > 1
      ? fill(gettext("key/value head %(head)s, shared by %(count)s heads"), shared)
      : fill(gettext("key/value head %(head)s, its own"), shared),
    gettext("query and keys after the rotation of positions, where the family has one"),
  ];
}
