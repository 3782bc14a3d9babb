/** The tree of branches and samples as a picture. Pure. */

import type { Placed, Plan } from "../../inspector/tree/layout";
import { LINE, PAD as INSET, SCORE } from "../../inspector/tree/layout";
import { shortened } from "../../inspector/tree/words";
import { element, line, rect, text, type Palette, type Picture } from "./svg";

const [PAD, COLUMNS] = [16, 36];
const MONO = { "font-family": "'IBM Plex Mono', ui-monospace, monospace" };

export function branchesPicture({ placed, links, width, height }: Plan, palette: Palette): Picture {
  const paths = links.map(({ path, current }) =>
    element("path", { d: path, fill: "none", stroke: current ? palette.accent : palette["line-strong"], "stroke-width": current ? 2 : 1 }),
  );
  const body = element("g", { transform: `translate(${PAD} ${PAD})` }, ...paths, ...placed.map((each) => box(each, palette)));
  return { width: width + 2 * PAD, height: height + 2 * PAD, body };
}

function box({ fork, lines, x, y, width, height }: Placed, palette: Palette): string {
  const shown = fork.ends.some(({ current }) => current);
  const ends = lines.map(({ end, name, text: rest }, k) =>
    text(x + INSET, y + LINE + 13 + k * SCORE, `${name}${rest}`, end.current ? palette.text : palette.quiet, {
      "font-size": 11,
    }),
  );
  return [
    shown ? rect(x - 2, y, width + 4, height, palette["accent-soft"], { rx: 5 }) : "",
    text(x + INSET, y + LINE - 6, shortened(fork, COLUMNS), palette.text, MONO),
    line(x, y + LINE, x + width, y + LINE, fork.current ? palette.accent : palette["line-strong"], fork.current ? 2 : 1),
    ...ends,
  ].join("");
}
