/** One step for all lanes: a slider, its neighbours, the first parting, and following the newest. */

import { fill, gettext } from "../i18n";
import { Follow } from "../inspector/Follow";
import { toParting } from "./commands";
import { runs } from "./runs";
import { follow, length, parting, pick, picked, step } from "./steps";

export function StepBar() {
  if (runs.value.size === 0) return null;
  const last = Math.max(0, length.value - 1); // its place is there before the first token is
  const at = Math.max(0, step.value);
  return (
    <section class="pane step-bar">
      <Move title={gettext("Previous step")} to={at - 1} disabled={at <= 0} path="M10 3 5 8l5 5" />
      <input
        class="slider"
        type="range"
        aria-label={gettext("Step in all lanes")}
        data-testid="step"
        min={0}
        max={last}
        step={1}
        value={at}
        style={{ "--at": last > 0 ? at / last : 0 }}
        onInput={({ currentTarget }) => pick(Number(currentTarget.value))}
      />
      <Move title={gettext("Next step")} to={at + 1} disabled={at >= last} path="m6 3 5 5-5 5" />
      <span class="figures step-count">{fill(gettext("step %(step)s of %(last)s"), { step: at, last })}</span>
      <button
        type="button"
        class="chip"
        data-testid="to-parting"
        disabled={parting.value === null}
        aria-pressed={picked.value !== null && picked.value === parting.value}
        onClick={toParting}
      >
        {parting.value === null ? gettext("No difference yet") : fill(gettext("First difference: step %(step)s"), { step: parting.value })}
      </button>
      <Follow on={picked.value === null} toggle={() => (picked.value === null ? pick(step.value) : follow())} />
    </section>
  );
}

const Move = ({ title, to, disabled, path }: { title: string; to: number; disabled: boolean; path: string }) => (
  <button type="button" class="icon" aria-label={title} title={title} disabled={disabled} onClick={() => pick(to)}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  </button>
);
