/** What another order makes of the tokens that are shown in both. Pure. */

import type { Row, Waterfall } from "../../store/trace";

export type Difference = "kept" | "removed" | "elsewhere";

/** By token: kept now, removed now, or removed by another stage. */
export function differences(own: Waterfall, other: Waterfall): Map<number, Difference> {
  const before = new Map(own.rows.map((row) => [row.id, fate(own, row)]));
  return new Map(
    other.rows.flatMap((row) => {
      const difference = differs(before.get(row.id), fate(other, row));
      return difference ? [[row.id, difference] as const] : [];
    }),
  );
}

/** The stage that removed it, or null. */
const fate = ({ columns }: Waterfall, { removedAt }: Row): string | null => columns[removedAt]?.stage.name ?? null;

function differs(was: string | null | undefined, is: string | null): Difference | null {
  if (was === undefined || was === is) return null;
  if (is === null) return "kept";
  return was === null ? "removed" : "elsewhere";
}
