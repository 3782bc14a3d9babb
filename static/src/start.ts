/** Starts the draft; where something is wrong with it, shows that instead. */

import { start } from "./session";
import { reveal } from "./settings/reveal";

export function startOrShowFault(): void {
  const wrong = start();
  if (wrong) requestAnimationFrame(() => reveal(wrong));
}
