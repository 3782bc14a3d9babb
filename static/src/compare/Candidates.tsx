/** What each lane could choose at the step that is looked at: the most likely candidates after all stages, side by side. */

import { fill, gettext } from "../i18n";
import { probability } from "../numbers";
import type { Token, Trace } from "../protocol/generated";
import { waterfall, type Row } from "../store/trace";
import { Piece } from "../tokens/Piece";
import { runs, stateOf } from "./runs";
import { TOP_K } from "./divergence";
import type { Side } from "./kept";
import { letter, sides } from "./sides";
import { first, length, parting, step } from "./steps";

interface Shown {
  row: Row;
  p: number;
}

export function Candidates() {
  if (length.value === 0) return null;
  const ours = new Set(candidatesAt(first.value).map(({ row }) => row.id));
  return (
    <section class="pane candidates" aria-labelledby="candidates-title">
      <header class="controls">
        <h2 id="candidates-title">{fill(gettext("Candidates at step %(step)s"), { step: Math.max(0, step.value) })}</h2>
        {parting.value !== null && step.value > parting.value && (
          <p class="note">{gettext("The texts before this step differ, so each lane answers another question.")}</p>
        )}
      </header>
      <div class="candidate-columns" style={{ "--lanes": sides.value.length }}>
        {sides.value.map((side) => (
          <Of key={side.key} side={side} ours={ours} />
        ))}
      </div>
    </section>
  );
}

const tokenAt = (key: number): Token | null => stateOf(key).tokens[step.value] ?? null;

/** The most likely first; the chosen one is always among them. */
function candidatesAt(key: number): Shown[] {
  const token = tokenAt(key);
  if (!token?.trace) return [];
  const { rows } = waterfall(token as Token & { trace: Trace });
  const left = rows.flatMap((row) => {
    const cell = row.cells.at(-1);
    return cell ? [{ row, p: cell.probability }] : [];
  });
  return left.filter(({ row }, k) => k < TOP_K || row.chosen);
}

function Of({ side, ours }: { side: Side; ours: ReadonlySet<number> }) {
  const name = letter(side.key);
  const found = candidatesAt(side.key);
  return (
    <div class="candidate-column" data-testid={`candidates-${name}`}>
      <h3>
        <span class="lane-letter" aria-hidden="true">
          {name}
        </span>
        <span class="visually-hidden">{fill(gettext("Lane %(letter)s"), { letter: name })}</span>
        <Drawn token={tokenAt(side.key)} />
      </h3>
      {found.length === 0 ? <Nothing side={side} /> : <List found={found} ours={side.key === first.value ? null : ours} />}
    </div>
  );
}

function Drawn({ token }: { token: Token | null }) {
  const dice = token?.trace?.dice;
  if (!dice) return null;
  return (
    <span class="quiet figures" data-u={dice.u}>
      {dice.greedy ? gettext("no dice: the most likely") : fill(gettext("drawn: u = %(u)s"), { u: dice.u.toFixed(4) })}
    </span>
  );
}

function Nothing({ side }: { side: Side }) {
  const state = stateOf(side.key);
  if (!runs.value.has(side.key) || state.phase === "refused") return <p class="quiet">{gettext("This lane did not run.")}</p>;
  if (tokenAt(side.key)) return <p class="quiet">{gettext("No trace of this step.")}</p>;
  return (
    <p class="quiet">
      {state.phase === "finished"
        ? fill(gettext("Ended after %(count)s tokens."), { count: state.tokens.length })
        : gettext("Not there yet.")}
    </p>
  );
}

function List({ found, ours }: { found: readonly Shown[]; ours: ReadonlySet<number> | null }) {
  return (
    <ol class="candidate-list">
      {found.map(({ row, p }) => (
        <li
          key={row.id}
          class={row.chosen ? "chosen" : ""}
          data-testid="candidate"
          data-id={row.id}
          data-probability={p}
          data-chosen={row.chosen}
          style={{ "--p": p.toFixed(4) }}
        >
          <span class="candidate-name">
            <Piece of={row.piece} title={fill(gettext("Token id %(id)s"), { id: row.id })} />
            {row.chosen && <span class="visually-hidden">{gettext("chosen")}</span>}
            {ours && !ours.has(row.id) && (
              <span class="apart" title={gettext("Not among the first lane's candidates here")}>
                ≠<span class="visually-hidden">{gettext("Not among the first lane's candidates here")}</span>
              </span>
            )}
          </span>
          <span class="figures">{probability(p)}</span>
        </li>
      ))}
    </ol>
  );
}
