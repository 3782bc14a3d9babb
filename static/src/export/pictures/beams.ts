/** A beam search as a picture. Pure. */

import { CELL, edge, extentOf, HEAD, isOn, ROW, xOf, yOf } from "../../inspector/tree/beamPlan";
import { candidateAt, type Search, type Spot } from "../../inspector/tree/beams";
import { pieceText } from "../../inspector/tree/beamWords";
import { score } from "../../numbers";
import { element, line, rect, text, type Palette, type Picture } from "./svg";

const [PAD, CHARACTERS] = [16, 8];
const MONO = { "font-family": "'IBM Plex Mono', ui-monospace, monospace" };

export function beamsPicture(search: Search, leads: readonly Spot[], palette: Palette): Picture {
  const { width, height } = extentOf(search);
  const spots = search.flatMap(({ candidates }, step) => candidates.map((_, place) => ({ step, place })));
  const heads = search.map((_, step) => text(xOf(step), HEAD - 8, String(step), palette.quiet, { "font-size": 11 }));
  const edges = spots.map((spot) => edgeOf(search, spot, leads, palette));
  const cells = spots.map((spot) => cell(search, spot, leads, palette));
  const body = element("g", { transform: `translate(${PAD} ${PAD})` }, ...heads, ...edges, ...cells);
  return { width: width + 2 * PAD, height: height + 2 * PAD, body };
}

function edgeOf(search: Search, spot: Spot, leads: readonly Spot[], palette: Palette): string {
  const path = edge(search, spot);
  const leading = isOn(leads, spot);
  return path
    ? element("path", { d: path, fill: "none", stroke: leading ? palette.accent : palette.line, "stroke-width": leading ? 2 : 1 })
    : "";
}

function cell(search: Search, spot: Spot, leads: readonly Spot[], palette: Palette): string {
  const candidate = candidateAt(search, spot);
  if (!candidate) return "";
  const [x, y, isPruned] = [xOf(spot.step), yOf(spot.place), candidate.fate === "pruned"];
  const ink = isPruned ? palette.quiet : palette.text;
  return [
    rect(x, y + 2, CELL, ROW - 4, isOn(leads, spot) ? palette["accent-soft"] : palette.faint, { rx: 4 }),
    text(x + 6, y + ROW - 9, pieceText(candidate, CHARACTERS), ink, MONO),
    text(x + CELL - 6, y + ROW - 9, score(candidate.total), ink, { "text-anchor": "end", "font-size": 11 }),
    isPruned ? line(x + 4, y + ROW / 2, x + CELL - 4, y + ROW / 2, palette["line-strong"]) : "",
    candidate.fate === "finished"
      ? element("path", { d: `M${x + CELL + 4} ${y + ROW - 5}V${y + 5}l8 4-8 4`, fill: palette.warm, stroke: palette.warm })
      : "",
  ].join("");
}
