/** What the pipeline did to a chosen token, in one sentence. Pure: the same trace, the same words. */

import { fill, gettext } from "../i18n";
import { stageTitle } from "../inspector/choice/stages";
import { count, percent } from "../numbers";
import type { Token, Trace } from "../protocol/generated";
import { waterfall, type Column, type Row } from "../store/trace";

const FELT = 0.005; // a change of probability below this share of it is not worth a word

export type Traced = Token & { trace: Trace };

/** Stages that moved the token or removed others, in order, and then what decided. */
export function fate(token: Traced): string {
  const { rows, columns } = waterfall(token);
  const row = rows.find(({ chosen }) => chosen);
  const steps = row ? columns.slice(1).flatMap((column, k) => step(row, column, columns[k] as Column, k + 1)) : [];
  return capital([...steps, decision(token)].join(gettext("; "))) + gettext(".");
}

/** What one stage did, if anything: it cut others away, or it moved the token. */
function step(row: Row, { stage }: Column, before: Column, at: number): string[] {
  const name = stageTitle(stage.name);
  if (stage.kept < before.stage.kept)
    return [fill(gettext("%(stage)s kept %(kept)s of %(of)s"), { stage: name, kept: count(stage.kept), of: count(before.stage.kept) })];
  const [from, to] = [row.cells[at - 1]?.probability ?? 0, row.cells[at]?.probability ?? 0];
  if (Math.abs(to - from) <= FELT * from) return [];
  const values = { stage: name, from: percent(from), to: percent(to) };
  return [
    to > from
      ? fill(gettext("%(stage)s raised it from %(from)s to %(to)s"), values)
      : fill(gettext("%(stage)s lowered it from %(from)s to %(to)s"), values),
  ];
}

function decision({ trace: { dice, stages } }: Traced): string {
  if (dice.greedy) return gettext("greedy decoding took the most likely token that was left");
  if (stages.at(-1)?.kept === 1) return gettext("no other token was left");
  const values = { u: dice.u.toFixed(3), low: dice.low.toFixed(3), high: dice.high.toFixed(3) };
  return fill(gettext("the draw u = %(u)s fell into its interval %(low)s to %(high)s"), values);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
