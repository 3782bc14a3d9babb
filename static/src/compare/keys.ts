/** The keys of this page: the playground's own, where they mean the same here. */

import { dialog, openPalette, openSheet } from "../keys/open";
import { isTyping, plainKeys } from "../keys/plain";
import { toParting } from "./commands";
import { stop } from "./runs";
import { startOrShowFault } from "./start";
import { pick, step } from "./steps";

const WITH_CTRL: Record<string, () => void> = { Enter: startOrShowFault, ".": stop, k: openPalette };
const PLAIN: Record<string, () => void> = {
  "?": openSheet,
  "[": () => pick(step.value - 1),
  "]": () => pick(step.value + 1),
  d: toParting,
  "/": () => document.getElementById("prompt")?.focus(),
};

function meaning(event: KeyboardEvent): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey) return event.shiftKey ? undefined : WITH_CTRL[event.key];
  return plainKeys.value && !isTyping(event.target) ? PLAIN[event.key] : undefined;
}

export function listen(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || dialog.value) return;
    const act = meaning(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
