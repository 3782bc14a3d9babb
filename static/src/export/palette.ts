/** The page's colours as plain values, for files that know no style sheet. */

import { resolve } from "../draw/colours";
import type { Palette } from "./pictures/svg";

const NAMES = ["surface", "faint", "line", "line-strong", "quiet", "text", "accent", "on-accent", "accent-soft", "warm"] as const;

export const palette = (): Palette => Object.fromEntries(NAMES.map((name) => [name, resolve(name)])) as unknown as Palette;
