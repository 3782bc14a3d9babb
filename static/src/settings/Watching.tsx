/** What is looked at in each step. Changing it while a run goes on holds from the next token. */

import { gettext } from "../i18n";
import { watch } from "../session";
import type { Watch } from "../protocol/generated";
import { boot, draft } from "../store/draft";

const kinds = (): [NonNullable<Watch["attention"]>, string][] => [
  ["off", gettext("Off")],
  ["mean", gettext("Mean")],
  ["all", gettext("All heads")],
];

export function Watching() {
  const { top_n: candidates, attention } = draft.value.watch;
  return (
    <details class="group">
      <summary>
        <h2>{gettext("Watching")}</h2>
      </summary>
      <div class="setting">
        <div class="setting-head">
          <label class="setting-name" for="watch-top-n">
            {gettext("Candidates")}
          </label>
          <output for="watch-top-n">{candidates}</output>
        </div>
        <input
          class="slider"
          id="watch-top-n"
          type="range"
          min={0}
          max={boot.limits.max_shown}
          step={1}
          value={candidates}
          style={{ "--at": candidates / boot.limits.max_shown }}
          onChange={({ currentTarget }) => watch({ top_n: Number(currentTarget.value) })}
        />
      </div>
      <div class="setting">
        <fieldset class="segmented">
          <legend class="setting-name">{gettext("Attention")}</legend>
          {kinds().map(([name, title]) => (
            <label key={name}>
              <input
                type="radio"
                name="watch-attention"
                value={name}
                checked={attention === name}
                onChange={() => watch({ attention: name })}
              />
              <span>{title}</span>
            </label>
          ))}
        </fieldset>
      </div>
    </details>
  );
}
