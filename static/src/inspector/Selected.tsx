/** Which token is being looked at, and the way to its neighbours. */

import { fill, gettext } from "../i18n";
import { follow, pick, picked, run, step, token } from "../store/view";
import { Piece } from "../tokens/Piece";
import { pin, pinned } from "../why/state";
import { Follow } from "./Follow";

export function Selected() {
  const current = token.value;
  if (!current) return null;
  return (
    <div class="selected">
      <button
        type="button"
        class="icon"
        aria-label={gettext("Previous token")}
        disabled={step.value <= 0}
        onClick={() => pick(step.value - 1)}
      >
        <Arrow d="M10 3 5 8l5 5" />
      </button>
      <span class="selected-token">
        <Piece of={current.piece} />
        <span class="quiet">{fill(gettext("step %(step)s"), { step: current.step })}</span>
      </span>
      <button
        type="button"
        class="icon"
        aria-label={gettext("Next token")}
        disabled={step.value >= run.value.tokens.length - 1}
        onClick={() => pick(step.value + 1)}
      >
        <Arrow d="m6 3 5 5-5 5" />
      </button>
      <button
        type="button"
        class="chip"
        aria-pressed={pinned.value.includes(step.value)}
        title={gettext("Pin the card that says why this token, or take it off")}
        data-testid="why-button"
        onClick={() => pin(step.value)}
      >
        {gettext("Why?")}
      </button>
      <Follow on={picked.value === null} toggle={() => (picked.value === null ? pick(step.value) : follow())} />
    </div>
  );
}

const Arrow = ({ d }: { d: string }) => (
  <svg viewBox="0 0 16 16" aria-hidden="true">
    <path d={d} />
  </svg>
);
