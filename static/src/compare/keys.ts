/** The keys of this page: the playground's own, where they mean the same here. */

import { isTyping, plainKeys } from "../keys/plain";
import { stop } from "./runs";
import { startOrShowFault } from "./start";
import { pick, step } from "./steps";

const WITH_CTRL: Record<string, () => void> = { Enter: startOrShowFault, ".": stop };
const PLAIN: Record<string, () => void> = {
  "[": () => pick(step.value - 1),
  "]": () => pick(step.value + 1),
  "/": () => document.getElementById("prompt")?.focus(),
};

export function listen(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const withCtrl = event.ctrlKey || event.metaKey;
    const act = withCtrl ? WITH_CTRL[event.key] : plainKeys.value && !isTyping(event.target) ? PLAIN[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
}
