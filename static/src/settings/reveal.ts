/** Shows a setting, wherever it is, and puts the focus there. */

import { settingsOpen } from "../store/view";

const PATIENCE = 120; // frames: a panel that has just been opened is drawn little by little

/** `prefix`: of the panel's hooks, as its binding has it. */
export function reveal(name: string, prefix = ""): void {
  if (name === "prompt" || name === "model") return document.getElementById(name)?.focus();
  settingsOpen.value = true;
  requestAnimationFrame(() => lookFor(`[data-testid="${prefix}setting-${CSS.escape(name)}"]`, PATIENCE));
}

function lookFor(selector: string, patience: number): void {
  const setting = document.querySelector<HTMLElement>(selector);
  if (setting) show(setting);
  else if (patience > 0) requestAnimationFrame(() => lookFor(selector, patience - 1));
}

function show(setting: HTMLElement): void {
  for (let group = setting.closest("details"); group; group = group.parentElement?.closest("details") ?? null) group.open = true;
  setting.scrollIntoView({ block: "center" });
  const control =
    setting.querySelector<HTMLElement>("[aria-invalid=true]") ?? setting.querySelector<HTMLElement>("input, select, textarea");
  control?.focus({ preventScroll: true });
}
