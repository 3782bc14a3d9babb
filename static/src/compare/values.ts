/** Settings and divergences in a few characters. Pure. */

import { gettext } from "../i18n";
import { number } from "../numbers";

const MOST = 24; // characters

/** A setting's value as a chip shows it. */
export function shownValue(value: unknown): string {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return gettext("none");
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? gettext("on") : gettext("off");
  const text = Array.isArray(value) ? value.join(" ") : typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
}

/** A divergence: 0.0312, 1.2e−7, ∞. */
export function nats(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === Infinity) return "∞";
  return value > 0 && value < 0.0001 ? value.toExponential(1).replace("e-", "e−") : number(value);
}
