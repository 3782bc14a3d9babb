/** All keys on one sheet. */

import { gettext } from "../i18n";
import { inspectorTabs } from "../inspector/tabs";
import { Dialog } from "./Dialog";
import { Keys } from "./Keys";
import { closeDialog } from "./open";
import { plainKeys } from "./plain";

interface Section {
  title: string;
  rows: [string, string][]; // keys, what they do
}

const sections = (): Section[] => [
  {
    title: gettext("Anywhere"),
    rows: [
      ["Ctrl Enter", gettext("Run")],
      ["Ctrl .", gettext("Stop")],
      ["Ctrl K", gettext("Find a command, or go to a step")],
      ["Esc", gettext("Close what is open")],
    ],
  },
  {
    title: gettext("Outside text fields"),
    rows: [
      ["?", gettext("This sheet")],
      ["/", gettext("Write the prompt")],
      ["[ ]", gettext("Previous and next token")],
      ["P", gettext("Pin the card that says why this token, or take it off")],
      ["S", gettext("Draw one more token")],
      ["Ctrl Z", gettext("Undo")],
      ["Ctrl Shift Z", gettext("Redo")],
      [
        inspectorTabs()
          .map((_, k) => k + 1)
          .join(" "),
        gettext("Panels of the inspector"),
      ],
    ],
  },
  {
    title: gettext("On the generated text"),
    rows: [
      ["← → ↑ ↓", gettext("Move from token to token")],
      ["Home End", gettext("First and last token")],
      ["Enter", gettext("What can be done at this token")],
      ["R", gettext("Re-roll this step")],
      ["E", gettext("Edit from here")],
      ["Del", gettext("Delete from here and stop")],
      ["Esc", gettext("Always show the newest token")],
    ],
  },
  {
    title: gettext("On tabs, menus and heads"),
    rows: [
      ["← → ↑ ↓", gettext("Move within")],
      ["Home End", gettext("First and last")],
    ],
  },
];

export function Sheet() {
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
