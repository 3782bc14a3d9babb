/** The waterfall of one step as a picture: stages across, candidates down. Pure. */

import { barLength, type Scale } from "../../draw/length";
import { gettext } from "../../i18n";
import { ruler } from "../../inspector/choice/geometry";
import { reason } from "../../inspector/choice/reason";
import { stageTitle } from "../../inspector/choice/stages";
import { count, probability } from "../../numbers";
import type { Column, Row, Waterfall } from "../../store/trace";
import { label } from "../../tokens/pieces";
import { clipped, line, rect, text, type Palette, type Picture } from "./svg";

const [NAME, STAGE, LAST, HEAD, ROW, PAD] = [150, 96, 176, 92, 19, 12];
const END = { "text-anchor": "end" };

export function waterfallPicture(table: Waterfall, paramsOf: (stage: string) => string, scale: Scale, palette: Palette): Picture {
  const { columns, rows } = table;
  const rulers = columns.map((_, k) => ruler(rows, k, scale));
  const width = PAD + NAME + STAGE * (columns.length - 1) + LAST + PAD;
  const lines = rows.map((row, k) => candidate(row, columns, HEAD + k * ROW, rulers, palette));
  const heads = columns.map((column, k) => head(column, columns[k - 1], paramsOf(column.stage.name), right(k, columns.length), palette));
  const rest = other(columns, HEAD + rows.length * ROW, scale === "log", palette);
  const rule = line(PAD, HEAD - 1, width - PAD, HEAD - 1, palette["line-strong"]);
  return { width, height: HEAD + (rows.length + 1) * ROW + PAD, body: [...heads, rule, ...lines, rest].join("") };
}

type Rulers = readonly ReturnType<typeof ruler>[];

const left = (k: number): number => PAD + NAME + k * STAGE;
const right = (k: number, count: number): number => left(k) + (k === count - 1 ? LAST : STAGE) - 4;

function head({ stage, entropyBits }: Column, before: Column | undefined, params: string, x: number, palette: Palette): string {
  const removed = before ? before.stage.kept - stage.kept : 0;
  const lines: [string, string][] = [
    [params, palette.accent],
    [`${count(stage.kept)} ${gettext("left")}`, palette.text],
    [removed ? `−${probability(stage.removed_mass)}` : "−0", removed ? palette.warm : palette.quiet],
    [`${entropyBits.toFixed(2)} ${gettext("bit")}`, palette.text],
  ];
  const small = lines.map(([said, colour], k) => text(x, 38 + 14 * k, said, colour, { ...END, "font-size": 11 }));
  return text(x, 20, stageTitle(stage.name), palette.text, { ...END, "font-weight": 600 }) + small.join("");
}

function candidate(row: Row, columns: Column[], y: number, rulers: Rulers, palette: Palette): string {
  const ink = row.removedAt >= 0 ? palette.quiet : palette.text;
  const weight = row.chosen ? { "font-weight": 650 } : {};
  const name = text(PAD + 10, y + 14, `${clipped(label(row.piece), 14)}  ${row.id}`, ink, weight);
  const cells = columns.map((_, k) => cell(row, columns, k, y, rulers, palette));
  const frame = row.chosen
    ? rect(PAD, y + 1, right(columns.length - 1, columns.length) - PAD + 4, ROW - 1, "none", { stroke: palette.text })
    : line(PAD, y + ROW, right(columns.length - 1, columns.length) + 4, y + ROW, palette.faint);
  return [...cells, name, frame].join("");
}

function cell(row: Row, columns: Column[], k: number, y: number, rulers: Rulers, palette: Palette): string {
  const stage = columns[k]?.stage;
  if (stage && k === row.removedAt)
    return text(left(k) + 8, y + 14, `× ${reason(stage, row.removedValue)}`, palette.warm, { "font-size": 11 });
  const found = row.cells[k];
  const length = (found && rulers[k]?.(found)) ?? 0;
  return found && (row.removedAt < 0 || k < row.removedAt) ? bar(found.probability, length, k, columns.length, y, palette) : "";
}

function bar(p: number, length: number, k: number, of: number, y: number, palette: Palette): string {
  const room = right(k, of) - left(k) - 4;
  const mass = rect(left(k) + 6, y + 3, room * length, ROW - 5, palette["accent-soft"], { rx: 2 });
  return mass + text(right(k, of), y + 14, probability(p), palette.text, END);
}

function other(columns: Column[], y: number, log: boolean, palette: Palette): string {
  const name = text(PAD + 10, y + 14, gettext("other"), palette.quiet, { "font-style": "italic" });
  const cells = columns.map(({ stage }, k) =>
    stage.other_count ? bar(stage.other_mass, barLength(stage.other_mass, log), k, columns.length, y, palette) : "",
  );
  return cells.join("") + name;
}
