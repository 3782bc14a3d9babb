/** The tokens that somebody follows, above all others: each through every stage, whatever becomes of it. */

import { fill, gettext } from "../../i18n";
import type { Column, Row } from "../../store/trace";
import { label } from "../../tokens/pieces";
import { waiting } from "./asked";
import { Candidate } from "./Candidate";
import { followed, unfollow } from "./following";
import type { Geometry } from "./geometry";

interface FollowedProps {
  rows: readonly Row[];
  columns: readonly Column[];
  geometry: readonly Geometry[];
}

export function Followed({ rows, columns, geometry }: FollowedProps) {
  const all = followed.value;
  if (all.length === 0) return null;
  return (
    <tbody class="followed">
      {all.map(({ id, piece }) => {
        const row = rows.find((one) => one.id === id);
        const end = <Unfollow id={id} name={label(piece)} />;
        return row ? (
          <Candidate key={id} {...{ row, columns, geometry }} hook="followed">
            {end}
          </Candidate>
        ) : (
          <tr key={id} data-testid="followed" data-id={id}>
            <th scope="row" class="name">
              <span class="piece">{label(piece)}</span>
              <span class="id">{id}</span>
              {end}
            </th>
            <td class="pending" colSpan={columns.length}>
              {waiting.value ? gettext("asking") : gettext("not in this trace")}
            </td>
          </tr>
        );
      })}
    </tbody>
  );
}

const Unfollow = ({ id, name }: { id: number; name: string }) => (
  <button
    type="button"
    class="icon unfollow"
    aria-label={fill(gettext("Stop following %(token)s"), { token: name })}
    onClick={() => unfollow(id)}
  >
    ×
  </button>
);
