/** Everything that can be done, found by typing. */

import { useState } from "preact/hooks";
import { gettext } from "../i18n";
import { Dialog } from "./Dialog";
import { Keys } from "./Keys";
import { matching } from "./match";
import type { Command, Offer } from "./offer";
import { closeDialog } from "./open";

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  PageDown: (at, count) => Math.min(count - 1, at + 8),
  PageUp: (at) => Math.max(0, at - 8),
};

function found({ commands, stepCommand }: Offer, query: string): Command[] {
  const step = stepCommand(query);
  return [...(step ? [step] : []), ...matching(commands(), query)];
}

export function Palette({ of: offer }: { of: Offer }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const shown = found(offer, query);
  const current = shown[Math.min(at, shown.length - 1)];
  const keyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (event.key === "Enter" && current && !event.isComposing) act(current);
    else if (step && shown.length) setAt(step(at, shown.length));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Dialog label={gettext("Commands")} hook="palette">
      <input
        class="palette-query"
        role="combobox"
        aria-label={gettext("Command or step")}
        aria-expanded={true}
        aria-controls="palette-list"
        aria-activedescendant={current && `command-${current.id}`}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        placeholder={gettext("Type a command, or the number of a step")}
        value={query}
        onInput={({ currentTarget }) => {
          setQuery(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={keyDown}
      />
      <ul class="palette-list" role="listbox" id="palette-list" aria-label={gettext("Commands")}>
        {shown.map((command) => (
          <Option key={command.id} command={command} current={command === current} />
        ))}
      </ul>
      {shown.length === 0 && <p class="palette-none quiet">{gettext("Nothing of that name.")}</p>}
    </Dialog>
  );
}

/** The dialog closes first: what a command focuses shall keep the focus. */
function act(command: Command): void {
  closeDialog();
  setTimeout(() => command.act());
}

function Option({ command, current }: { command: Command; current: boolean }) {
  const { id, title, group, keys } = command;
  return (
    <li
      role="option"
      id={`command-${id}`}
      aria-selected={current}
      data-testid={`command-${id}`}
      ref={(element) => void (current && element?.scrollIntoView({ block: "nearest" }))}
      onClick={() => act(command)}
    >
      <span>{title}</span>
      <span class="palette-group">{group}</span>
      {keys && <Keys of={keys} />}
    </li>
  );
}
