/** Starts all lanes; where a setting is wrong, shows that instead. */

import { settingsOpen } from "../store/view";
import { edited } from "./sides";
import { start } from "./runs";
import { follow } from "./steps";

export function startOrShowFault(): void {
  follow();
  const wrong = start();
  if (wrong) requestAnimationFrame(() => reveal(wrong));
}

function reveal(name: string): void {
  if (name === "prompt") return document.getElementById("prompt")?.focus();
  settingsOpen.value = true;
  const hook = `${edited.value === null ? "" : "lane-"}setting-${CSS.escape(name)}`;
  requestAnimationFrame(() => {
    const setting = document.querySelector<HTMLElement>(`[data-testid="${hook}"]`);
    setting?.scrollIntoView({ block: "center" });
    setting?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus({ preventScroll: true });
  });
}
