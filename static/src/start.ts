/** Starts the draft; where something is wrong with it, shows that instead. */

import { start } from "./session";
import { settingsOpen } from "./store/view";

export function startOrShowFault(): void {
  const wrong = start();
  if (wrong) requestAnimationFrame(() => reveal(wrong));
}

/** Shows the field called `name` and puts the focus there. */
export function reveal(name: string): void {
  if (name === "prompt" || name === "model") return document.getElementById(name)?.focus();
  settingsOpen.value = true;
  requestAnimationFrame(() => {
    const setting = document.querySelector<HTMLElement>(`[data-testid="setting-${CSS.escape(name)}"]`);
    for (let group = setting?.closest("details"); group; group = group.parentElement?.closest("details")) group.open = true;
    setting?.scrollIntoView({ block: "center" });
    (setting?.querySelector<HTMLElement>("[aria-invalid=true]") ?? setting?.querySelector<HTMLElement>("input, select, textarea"))?.focus({
      preventScroll: true,
    });
  });
}
