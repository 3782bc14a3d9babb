/** The few colours that canvases need, read from the style sheet so that they are said once. */

import { computed } from "@preact/signals";
import { isDark } from "../theming";

const NAMES = ["accent", "warm", "faint", "line", "quiet", "surface", "text"] as const;
type Colours = Record<(typeof NAMES)[number], string>;

/** A property that holds `light-dark()` resolves only where it is used as a colour. */
export function resolve(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export const colours = computed<Colours>(() => {
  void isDark.value; // the style sheet answers differently
  return Object.fromEntries(NAMES.map((name) => [name, resolve(name)])) as Colours;
});
