/** How the run that the class watches goes on: by hand, or waiting by a rule. */

import { fill, gettext } from "../i18n";
import { isAsked, room, tell, waiting } from "./room";
import { RuleField } from "./RuleField";
import { bitsOf, natsOf } from "./words";

export function Pacing() {
  const held = waiting.value?.step ?? null;
  const has = waiting.value?.run !== null && room.value?.run !== null;
  const every = gettext("Pause every %(count)s tokens").split("%(count)s");
  const from = gettext("or from %(bits)s bits of entropy").split("%(bits)s");
  return (
    <div class="console-group" role="group" aria-label={gettext("How the run goes on")}>
      {held === null ? (
        <button
          type="button"
          class="button small"
          disabled={!has}
          data-testid="pause"
          onClick={() => void tell({ type: "room_hold", what: "pause" })}
        >
          {gettext("Pause")}
        </button>
      ) : (
        <>
          <button
            type="button"
            class="button small"
            disabled={isAsked.value}
            data-testid="next"
            onClick={() => void tell({ type: "room_hold", what: "next" })}
          >
            {gettext("Next token")}
          </button>
          <button
            type="button"
            class="button small"
            disabled={isAsked.value}
            data-testid="go"
            onClick={() => void tell({ type: "room_hold", what: "go" })}
          >
            {gettext("Go on")}
          </button>
        </>
      )}
      <label class="console-rule">
        {every[0]}
        <RuleField
          hook="every"
          min={1}
          max={1000}
          value={room.value?.every ?? null}
          change={(every) => tell({ type: "room_change", every })}
        />
        {every[1]}
      </label>
      <label class="console-rule">
        {from[0]}
        <RuleField
          hook="entropy"
          min={0}
          max={20}
          step={0.5}
          value={room.value?.entropy == null ? null : Number(bitsOf(room.value.entropy).toFixed(2))}
          change={(bits) => tell({ type: "room_change", entropy: bits === null ? null : natsOf(bits) })}
        />
        {from[1]}
      </label>
      <p class="console-waits" role="status" data-testid="waiting" data-step={held ?? ""}>
        {held !== null && whyText()}
      </p>
    </div>
  );
}

function whyText(): string {
  const { step, why, entropy } = waiting.value ?? {};
  const bits = entropy == null ? "" : bitsOf(entropy).toFixed(1);
  return why === "entropy"
    ? fill(gettext("Waits before token %(step)s: %(bits)s bits of entropy"), { step: (step ?? 0) + 1, bits })
    : fill(gettext("Waits before token %(step)s"), { step: (step ?? 0) + 1 });
}
