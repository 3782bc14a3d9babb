/** Every decoding step as a bar: forward pass below, stages and dice on it. Pure. */

import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { gettext } from "../../i18n";
import type { Token } from "../../protocol/generated";
import { line, rect, text, type Palette, type Picture } from "./svg";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM, PAD] = [900, 260, 56, 32, 28, 16];

export function timingPicture(tokens: readonly Token[], palette: Palette): Picture {
  const most = max(tokens, ({ forward_ms, sample_ms }) => forward_ms + sample_ms) ?? 1;
  const y = scaleLinear([0, most], [HEIGHT - BOTTOM, TOP]);
  const each = (WIDTH - LEFT - PAD) / Math.max(1, tokens.length);
  const bars = tokens.map(({ forward_ms: forward, sample_ms: sample }, k) => {
    const [at, wide] = [LEFT + k * each, Math.max(0.5, each - (each > 3 ? 1 : 0))];
    return (
      rect(at, y(forward), wide, y(0) - y(forward), palette.accent) +
      rect(at, y(forward + sample), wide, y(forward) - y(forward + sample), palette.warm)
    );
  });
  const ticks = y
    .ticks(4)
    .map((tick) => line(LEFT, y(tick), WIDTH - PAD, y(tick), palette.line) + text(PAD, y(tick) + 4, `${tick} ms`, palette.quiet));
  return { width: WIDTH, height: HEIGHT, body: [...ticks, ...bars, ...key(palette), ...ends(tokens.length, palette)].join("") };
}

const key = ({ accent, warm, text: ink }: Palette): string[] => [
  rect(LEFT, 11, 10, 10, accent),
  text(LEFT + 15, 20, gettext("Forward pass"), ink),
  rect(LEFT + 150, 11, 10, 10, warm),
  text(LEFT + 165, 20, gettext("Stages and dice"), ink),
];

const ends = (count: number, { quiet }: Palette): string[] => [
  text(LEFT, HEIGHT - 10, "0", quiet),
  text(WIDTH - PAD, HEIGHT - 10, String(Math.max(0, count - 1)), quiet, { "text-anchor": "end" }),
];
