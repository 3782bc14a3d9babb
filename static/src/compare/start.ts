/** Starts all lanes; where a setting is wrong, shows that instead. */

import { reveal } from "../settings/reveal";
import { edited } from "./sides";
import { start } from "./runs";
import { placed } from "./session";
import { follow } from "./steps";

export function startOrShowFault(): void {
  follow();
  const wrong = start(placed);
  if (wrong) requestAnimationFrame(() => show(wrong));
}

/** The setting of the lane whose settings are shown, or of all. */
export const show = (name: string): void => reveal(name, edited.value === null ? "" : "lane-");
