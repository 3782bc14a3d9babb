/** Finds a token of the whole vocabulary, to be followed through the stages: a text or an id, and a list to choose from. */

import { useSignal } from "@preact/signals";
import { fill, gettext, ngettext } from "../../i18n";
import { count } from "../../numbers";
import { Piece } from "../../tokens/Piece";
import { follow } from "./following";
import { fault, result, sought, type Entry } from "./vocabulary";

export function Find() {
  const active = useSignal(0);
  const entries = result.value?.entries ?? [];
  const open = sought.value !== "" && entries.length > 0;
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    follow(entry);
    sought.value = "";
    active.value = 0;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && sought.value) sought.value = "";
    else if (event.key === "Enter") choose(entries[active.value]);
    else if (event.key === "ArrowDown") active.value = Math.min(entries.length - 1, active.value + 1);
    else if (event.key === "ArrowUp") active.value = Math.max(0, active.value - 1);
    else return;
    event.preventDefault();
    document.getElementById(`found-${active.value}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div class="find">
      <input
        class="number wide"
        role="combobox"
        data-testid="find-token"
        placeholder={gettext("Find a token: text or id")}
        aria-label={gettext("Find a token of the vocabulary by its text or id, and follow it")}
        aria-expanded={open}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={open ? `found-${active.value}` : undefined}
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        value={sought.value}
        onInput={({ currentTarget }) => {
          sought.value = currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      {open && <Found entries={entries} active={active.value} choose={choose} />}
      <p class={fault.value ? "fault" : "find-said"} role="status">
        {fault.value ?? said()}
      </p>
    </div>
  );
}

/** How many there are, for those who do not see the list, or that there is none. */
function said() {
  if (!sought.value || !result.value) return null;
  const { total, entries } = result.value;
  if (total === 0) return gettext("No token holds this text.");
  const text = fill(ngettext("%(count)s token", "%(count)s tokens", total), { count: count(total) });
  return (
    <span class={entries.length < total ? "" : "visually-hidden"}>
      {entries.length < total ? fill(gettext("%(all)s, the best %(shown)s shown"), { all: text, shown: entries.length }) : text}
    </span>
  );
}

function Found({ entries, active, choose }: { entries: Entry[]; active: number; choose: (entry: Entry) => void }) {
  return (
    <ul class="found" id="found" role="listbox" aria-label={gettext("Tokens found")}>
      {entries.map((entry, k) => (
        <li
          key={entry.id}
          id={`found-${k}`}
          role="option"
          aria-selected={k === active}
          data-id={entry.id}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(entry)}
        >
          <Piece of={entry.piece} />
          {entry.special && <span class="badge">{gettext("special")}</span>}
          <span class="id">{entry.id}</span>
        </li>
      ))}
    </ul>
  );
}
