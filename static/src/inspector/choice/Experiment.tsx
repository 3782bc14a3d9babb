/** Another order or dialect, tried on this step of the run: same logits, same past, same draw. Says what comes out differently. */

import { computed, signal } from "@preact/signals";
import { fill, gettext, inList } from "../../i18n";
import { count, number } from "../../numbers";
import { Bind, type Binding } from "../../settings/binding";
import { equal, isOff, type Values } from "../../settings/schema";
import { Setting } from "../../settings/Setting";
import { fields } from "../../store/draft";
import { lane } from "../../store/view";
import { quoted } from "../../tokens/pieces";
import { experiment, other, own, ownSettings, tried, type View } from "./asked";
import type { Difference } from "./differences";
import { stageTitle } from "./stages";

const TRIED = ["dialect", "stage_order"];
const shown = fields.filter(({ name }) => TRIED.includes(name));
const orderField = fields.find(({ name }) => name === "stage_order");

const ofExperiment: Binding = {
  prefix: "tried-",
  values: computed(() => ({ ...(ownSettings.value ?? {}), ...(experiment.value ?? {}) })),
  faults: signal({}),
  change: (part) => attempt(part),
  initial: ({ name }) => ownSettings.value?.[name] ?? null,
};

/** Changes what is tried; back at the run's own, nothing is. A dialect brings its order along. */
function attempt(part: Values): void {
  const settings = ownSettings.value;
  if (!lane.value || !settings) return;
  const brought =
    "dialect" in part ? { stage_order: part.dialect === settings.dialect ? settings.stage_order : orderOf(part.dialect) } : {};
  const next = { ...experiment.value, ...part, ...brought };
  const same = Object.entries(next).every(([name, value]) => equal(value, settings[name]));
  tried.value = same ? null : { lane: lane.value, settings: next };
}

/** Written out, so that a stage which the dialect does not have is left out and not refused. Its mirostat takes the place of all filters. */
function orderOf(dialect: unknown): string[] | null {
  const order = orderField?.orders[String(dialect)] ?? null;
  return dialect === "llamacpp" && ownSettings.value?.mirostat_mode ? null : order;
}

/** The stages that are on in the run and that the dialect or the order does not have. */
function leftOut(view: View): string[] {
  const there = new Set(view.stages.map(({ name }) => name));
  const active = own.value?.trace.stages.slice(1).map(({ name }) => name) ?? [];
  return active.filter((name) => !there.has(name));
}

export function Experiment({ marked }: { marked: ReadonlyMap<number, Difference> }) {
  if (!ownSettings.value || isSearch(ownSettings.value)) return null;
  return (
    <details class="experiment" open={experiment.value !== null} data-testid="experiment">
      <summary>{gettext("Try another order")}</summary>
      <p class="note">{gettext("For this step alone, with the same logits, the same past and the same draw. The run stays as it is.")}</p>
      <div class="experiment-body">
        <div>
          <Bind value={ofExperiment}>
            {shown.map((field) => (
              <Setting key={field.name} field={field} />
            ))}
          </Bind>
        </div>
        {experiment.value && (
          <div>
            <Outcome marked={marked} />
            <button type="button" class="button small" data-testid="experiment-end" onClick={() => (tried.value = null)}>
              {gettext("Back to the run's own order")}
            </button>
          </div>
        )}
      </div>
    </details>
  );
}

const isSearch = (settings: Values): boolean => fields.some((field) => field.name === "num_beams" && !isOff(field, settings.num_beams));

function Outcome({ marked }: { marked: ReadonlyMap<number, Difference> }) {
  const [mine, theirs] = [own.value, other.value];
  if (!mine || !theirs) return null;
  return (
    <div class="outcome" role="status" data-testid="outcome" data-same={mine.id === theirs.id}>
      <p>{fell(mine, theirs)}</p>
      <p>{keptText(mine, theirs)}</p>
      <p>{countText(marked)}</p>
      {leftOut(theirs).length > 0 && <p>{fill(gettext("Left out: %(names)s."), { names: inList(leftOut(theirs).map(stageTitle)) })}</p>}
    </div>
  );
}

function fell(mine: View, theirs: View): string {
  const names = { was: quoted(mine.piece), is: quoted(theirs.piece), u: number(theirs.trace.dice.u) };
  if (theirs.trace.dice.greedy)
    return mine.id === theirs.id
      ? fill(gettext("Greedy takes %(is)s here too."), names)
      : fill(gettext("Greedy takes %(is)s here instead of %(was)s."), names);
  return mine.id === theirs.id
    ? fill(gettext("The same draw, u = %(u)s, falls on %(is)s here too."), names)
    : fill(gettext("The same draw, u = %(u)s, falls on %(is)s here instead of %(was)s."), names);
}

const left = ({ trace }: View): number => trace.stages.at(-1)?.kept ?? 0;

const keptText = (mine: View, theirs: View): string =>
  fill(gettext("Tokens left: %(is)s; in the run: %(was)s."), { is: count(left(theirs)), was: count(left(mine)) });

function countText(marked: ReadonlyMap<number, Difference>): string {
  const of = (wanted: Difference): string => count([...marked.values()].filter((one) => one === wanted).length);
  if (marked.size === 0) return gettext("Of those shown, each meets the same fate.");
  const counts = { kept: of("kept"), removed: of("removed"), elsewhere: of("elsewhere") };
  return fill(
    gettext(
      "Of those shown: + %(kept)s kept instead of removed, − %(removed)s removed instead of kept, ≠ %(elsewhere)s removed by another stage.",
    ),
    counts,
  );
}
