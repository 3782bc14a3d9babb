/** The keys that work wherever the focus is. A part of the page that has taken a key stops it or prevents its default. */

import { stepOn } from "../branching/actions";
import { redo, undo } from "../branching/tree";
import { inspectorTabs } from "../inspector/tabs";
import { cancel } from "../session";
import { startOrShowFault } from "../start";
import { isLive } from "../store/run";
import { pick, run, step, tab } from "../store/view";
import { pinCurrent } from "../why/state";
import { dialog, openPalette, openSheet } from "./open";
import { isTyping, plainKeys } from "./plain";

const WITH_CTRL: Record<string, () => void> = {
  Enter: startOrShowFault,
  ".": () => isLive(run.value) && cancel(),
  k: openPalette,
};

const PLAIN: Record<string, () => void> = {
  "?": openSheet,
  p: pinCurrent,
  "/": () => document.getElementById("prompt")?.focus(),
  "[": () => pick(step.value - 1),
  "]": () => pick(step.value + 1),
  s: stepOn,
};

function meaning(event: KeyboardEvent): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey) return event.altKey ? undefined : withCtrl(event);
  if (!plainKeys.value || event.altKey || isTyping(event.target)) return undefined;
  const panel = /^[1-9]$/.test(event.key) ? inspectorTabs()[Number(event.key) - 1] : undefined;
  return panel ? () => (tab.value = panel.name) : PLAIN[event.key];
}

/** Undo and redo are the field's own where one is typed in. */
function withCtrl({ key, shiftKey, target }: KeyboardEvent): (() => void) | undefined {
  if (key.toLowerCase() === "z") return isTyping(target) ? undefined : shiftKey ? redo : undo;
  if (key === "y") return isTyping(target) ? undefined : redo;
  return shiftKey ? undefined : WITH_CTRL[key];
}

export function listen(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || dialog.value) return;
    const act = meaning(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
