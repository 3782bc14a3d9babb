/** All keys on one sheet. */

import { gettext } from "../i18n";
import { Dialog } from "./Dialog";
import { Keys } from "./Keys";
import type { Offer } from "./offer";
import { closeDialog } from "./open";
import { plainKeys } from "./plain";

export function Sheet({ of: { sections } }: { of: Offer }) {
  return (
    <Dialog label={gettext("All keys")} hook="sheet">
      <header class="sheet-head">
        <h2>{gettext("All keys")}</h2>
        <button type="button" class="icon" aria-label={gettext("Close")} onClick={closeDialog}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="m4 4 8 8m0-8-8 8" />
          </svg>
        </button>
      </header>
      <div class="sheet-sections">
        {sections().map(({ title, rows }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {rows.map(([keys, does]) => (
                <div key={keys}>
                  <dt>
                    <Keys of={keys} />
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={plainKeys.value}
          onChange={({ currentTarget }) => (plainKeys.value = currentTarget.checked)}
        />
        <span>{gettext("Single keys outside text fields")}</span>
      </label>
    </Dialog>
  );
}
