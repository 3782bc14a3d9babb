/** The token of a candidate as a button that takes it instead of the one that stands there. The arrow keys lead from row to row. */

import { canBranch, take } from "../../branching/actions";
import { fill, gettext } from "../../i18n";
import type { Row } from "../../store/trace";
import { step } from "../../store/view";
import { Piece } from "../../tokens/Piece";
import { quoted } from "../../tokens/pieces";

export function Taking({ row }: { row: Row }) {
  const piece = <Piece of={row.piece} title={fill(gettext("Token id %(id)s"), { id: row.id })} />;
  if (!canBranch()) return piece;
  return (
    <button
      type="button"
      class="take"
      tabIndex={row.chosen ? 0 : -1}
      title={row.chosen ? undefined : fill(gettext("Take %(token)s here and go on from it"), { token: quoted(row.piece) })}
      onClick={() => take(step.value, row.id, row.piece)}
      onKeyDown={walk}
    >
      {piece}
    </button>
  );
}

function walk(event: KeyboardEvent): void {
  const { key, currentTarget } = event;
  if (key !== "ArrowDown" && key !== "ArrowUp") return;
  const row = (currentTarget as HTMLElement).closest("tr");
  const next = key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  next?.querySelector<HTMLElement>(".take")?.focus();
  event.preventDefault();
}
