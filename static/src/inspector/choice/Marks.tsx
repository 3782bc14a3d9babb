/** What a cell draws behind its number: a bar, an arrow, or a piece of the lines that run through the rows. */

import type { Mark } from "./geometry";

interface MarksProps {
  mark: Mark | null;
  above: Mark | null; // of the rows next to it, for lines that run through
  below: Mark | null;
}

const at = (value: number): string => value.toFixed(4);

export function Marks({ mark, above, below }: MarksProps) {
  switch (mark?.kind) {
    case "bar":
      return <span class="mass" style={{ "--from": at(mark.from), "--length": at(mark.to - mark.from) }} />;
    case "arrow":
      return <Arrow {...mark} />;
    case "slope":
      return <Slope mark={mark} above={above} below={below} />;
    default:
      return null;
  }
}

const STILL = 0.004; // of the column: a shift that nobody would see

function Arrow({ from, to }: { from: number; to: number }) {
  const length = Math.abs(to - from);
  const way = length < STILL ? "still" : to < from ? "down" : "up";
  return <span class={`shift ${way}`} style={{ "--from": at(Math.min(from, to)), "--length": at(length) }} />;
}

type Pair = Extract<Mark, { kind: "slope" }>;

/** Both lines pass through the middle of the row, and leave it half-way to their places in the next. */
function Slope({ mark, above, below }: { mark: Pair; above: Mark | null; below: Mark | null }) {
  const [before, after] = [above?.kind === "slope" ? above : mark, below?.kind === "slope" ? below : mark];
  const path = (of: "from" | "to"): string => `M${x((before[of] + mark[of]) / 2)} 0L${x(mark[of])} 10L${x((mark[of] + after[of]) / 2)} 20`;
  return (
    <svg class="slope" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      <path class="was" d={path("from")} />
      <path class="is" d={path("to")} />
    </svg>
  );
}

const x = (value: number): string => (2 + 96 * value).toFixed(1);
