/** How fast tokens may come, so that a person can follow. */

import { fill, gettext } from "../i18n";
import { boot, change, draft } from "../store/draft";

export function Speed() {
  const speeds: (number | null)[] = [...boot.speeds, null];
  return (
    <fieldset class="segmented speed">
      <legend class="visually-hidden">{gettext("Speed in tokens per second")}</legend>
      {speeds.map((speed) => (
        <label
          key={String(speed)}
          title={speed === null ? gettext("As fast as it goes") : fill(gettext("%(count)s tokens per second"), { count: speed })}
        >
          <input type="radio" name="speed" value={String(speed)} checked={draft.value.speed === speed} onChange={() => change({ speed })} />
          <span>{speed === null ? gettext("Full") : `${speed}/s`}</span>
        </label>
      ))}
    </fieldset>
  );
}
