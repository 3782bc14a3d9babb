/** The draw as a picture: the cumulative bar, the interval that was hit, and the number that hit it. Pure. */

import { fill, gettext } from "../../i18n";
import type { Dice } from "../../protocol/generated";
import { segments, type Waterfall } from "../../store/trace";
import { label } from "../../tokens/pieces";
import { clipped, line, rect, text, type Palette, type Picture } from "./svg";

const [WIDTH, TOP, BAR, PAD, LETTER] = [900, 40, 44, 16, 7.5];
const x = (u: number): number => PAD + u * (WIDTH - 2 * PAD);

export function dicePicture(table: Waterfall, dice: Dice, chosen: number, palette: Palette): Picture {
  const parts = segments(table);
  const shown = parts.map(({ id, piece, low, high }) => {
    const ground = id === chosen ? palette.accent : palette["accent-soft"];
    const ink = id === chosen ? palette["on-accent"] : palette.text;
    const room = Math.floor((x(high) - x(low)) / LETTER) - 1;
    const name =
      room > 1 ? text((x(low) + x(high)) / 2, TOP + BAR / 2 + 4, clipped(label(piece), room), ink, { "text-anchor": "middle" }) : "";
    return rect(x(low), TOP, x(high) - x(low) - 0.5, BAR, ground) + name;
  });
  const from = parts.at(-1)?.high ?? 0;
  const frame = rect(x(dice.low), TOP, x(dice.high) - x(dice.low), BAR, "none", { stroke: palette.text, "stroke-width": 2 });
  const body = [rect(x(from), TOP, x(1) - x(from), BAR, palette.faint), ...shown, frame, ...needle(dice, palette), ...scale(palette)];
  return { width: WIDTH, height: TOP + BAR + 30, body: text(PAD, 22, said(dice), palette.text) + body.join("") };
}

const needle = ({ greedy, u }: Dice, { warm }: Palette): string[] => (greedy ? [] : [line(x(u), TOP - 8, x(u), TOP + BAR + 6, warm, 2.5)]);

const scale = ({ quiet }: Palette): string[] =>
  [0, 0.5, 1].map((u) =>
    text(x(u), TOP + BAR + 20, String(u), quiet, { "text-anchor": ["start", "middle", "end"][u * 2], "font-size": 11 }),
  );

function said({ greedy, u, low, high }: Dice): string {
  if (greedy) return gettext("not used: temperature 0 takes the most likely token");
  return fill("u = %(u)s ∈ [%(low)s, %(high)s)", { u: u.toFixed(6), low: low.toFixed(6), high: high.toFixed(6) });
}
