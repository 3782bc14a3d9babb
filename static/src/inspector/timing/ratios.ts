/** What watching costs, from the worker's measurements. Pure. */

import { median } from "d3-array";
import { values } from "../../protocol/codec";
import type { Block, Watch, WatchingCost } from "../../protocol/generated";

export type Way = "nobody" | "trace" | "mean" | "all";

export interface Cost {
  way: Way;
  forwardMs: number; // medians
  sampleMs: number;
  ratio: number; // of the whole step to that of a run that nobody watches
}

/** Each column's values, of a block (N, K). */
function columns(block: Block): number[][] {
  const [rows = 0, width = 0] = block.shape;
  const all = values(block);
  return Array.from({ length: width }, (_, k) => Array.from({ length: rows }, (_, n) => all[n * width + k] ?? NaN));
}

/** One row for each way of watching that was measured, the cheapest first. */
export function costs(measured: WatchingCost): Cost[] {
  const forward = columns(measured.forward).map((column) => median(column) ?? NaN);
  const [plain = NaN, traced = NaN] = columns(measured.sample).map((column) => median(column) ?? NaN);
  const ways: [Way, number | undefined, number][] = [
    ["nobody", forward[0], plain],
    ["trace", forward[0], traced],
    ["mean", forward[1], traced],
    ["all", forward[2], traced],
  ];
  const nobody = (forward[0] ?? NaN) + plain;
  return ways.flatMap(([way, forwardMs, sampleMs]) =>
    forwardMs === undefined ? [] : [{ way, forwardMs, sampleMs, ratio: (forwardMs + sampleMs) / nobody }],
  );
}

/** How a run with `watch` is watched. */
export function wayOf({ top_n: candidates, attention, heads }: Required<Watch>): Way {
  if (attention === "all") return "all";
  if (attention === "mean" || heads.length > 0) return "mean";
  return candidates > 0 ? "trace" : "nobody";
}
