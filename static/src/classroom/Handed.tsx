/** The runs that students handed in. */

import { gettext } from "../i18n";
import { handIns, room, tell } from "./room";

export function Handed() {
  const runs = handIns.value?.runs ?? [];
  return (
    <div class="drawer" data-testid="hand-ins">
      {runs.length === 0 && <p class="quiet">{gettext("Nobody has handed anything in yet.")}</p>}
      <ul class="handed">
        {runs.map(({ run, nickname, text }) => (
          <li key={run}>
            <bdi>{nickname}</bdi>
            <span class="quiet handed-text">{text}</span>
            <button type="button" class="button small" data-testid="show-class" onClick={() => void tell({ type: "room_show", run })}>
              {room.value?.run === run ? gettext("The class sees it") : gettext("Show to the class")}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
