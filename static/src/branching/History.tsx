/** Beside the text: back and forth over what was tried, going on with a run that has ended, and why an action was refused. */

import type { ComponentChildren } from "preact";
import { gettext } from "../i18n";
import { canRedo, canUndo } from "../store/branches";
import { canProceed, proceed } from "./actions";
import { asksNothing } from "../work/work";
import { branches, redo, trouble, undo } from "./tree";

export function HistoryButtons() {
  if (asksNothing.value) return null; // nothing is tried in somebody else's session
  return (
    <div class="history-buttons" role="group" aria-label={gettext("Branches")}>
      <IconButton hook="undo" title={gettext("Undo")} keys="Control+Z" disabled={!canUndo(branches.value)} act={undo}>
        <path d="M6 3 2.5 6.5 6 10M2.5 6.5H10a3.5 3.5 0 0 1 0 7H7" />
      </IconButton>
      <IconButton hook="redo" title={gettext("Redo")} keys="Control+Shift+Z" disabled={!canRedo(branches.value)} act={redo}>
        <path d="m10 3 3.5 3.5L10 10m3.5-3.5H6a3.5 3.5 0 0 0 0 7h3" />
      </IconButton>
      <IconButton hook="continue" title={gettext("Continue")} disabled={!canProceed()} act={proceed}>
        <path d="M2.5 8h9M8 4.5 11.5 8 8 11.5M14 3.5v9" />
      </IconButton>
    </div>
  );
}

interface IconButtonProps {
  hook: string;
  title: string;
  keys?: string;
  disabled: boolean;
  act: () => void;
  children: ComponentChildren;
}

const IconButton = ({ hook, title, keys, disabled, act, children }: IconButtonProps) => (
  <button
    type="button"
    class="icon"
    aria-label={title}
    title={keys ? `${title} (${keys.replaceAll("Control", "Ctrl")})` : title}
    aria-keyshortcuts={keys}
    data-testid={hook}
    aria-disabled={disabled} // it keeps the focus
    onClick={() => !disabled && act()}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  </button>
);

/** In its place, and the run as it was. */
export function Trouble() {
  if (trouble.value === null) return null;
  return (
    <div class="trouble" role="alert" data-testid="trouble">
      <p>{trouble.value}</p>
      <button type="button" class="button small" onClick={() => (trouble.value = null)}>
        {gettext("Close")}
      </button>
    </div>
  );
}
