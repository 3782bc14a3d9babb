/** Who is in the room. */

import { fill, gettext } from "../i18n";
import { gameAsks, isAsked, roster, tell } from "./room";

export function People() {
  const seats = roster.value?.seats ?? [];
  return (
    <div class="drawer" data-testid="roster">
      {seats.length === 0 && <p class="quiet">{gettext("Nobody has joined yet.")}</p>}
      <ul class="roster">
        {seats.map(({ participant, nickname, here, voted }) => (
          <li key={participant} class={here ? "" : "away"}>
            <i class="presence" aria-hidden="true" />
            <bdi>{nickname}</bdi>
            {!here && <span class="quiet">{gettext("away")}</span>}
            {voted && (isAsked.value || gameAsks.value) && <span class="quiet">{gettext("voted")}</span>}
            <button
              type="button"
              class="icon"
              aria-label={fill(gettext("Remove %(name)s"), { name: nickname })}
              title={fill(gettext("Remove %(name)s"), { name: nickname })}
              onClick={() => void tell({ type: "room_remove", participant })}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="m4 4 8 8M12 4l-8 8" />
              </svg>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
