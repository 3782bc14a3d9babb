/** The room itself: the way in, its rules, what becomes of it. */

import { fill, gettext } from "../i18n";
import { count } from "../numbers";
import { place, room, tell, usage } from "./room";
import { spaced } from "./words";

export function RoomSettings() {
  const now = room.value;
  if (!now) return null;
  const switches: [string, string, boolean][] = [
    ["live", gettext("The class follows my screen"), now.live],
    ["locked", gettext("Locked: nobody else may join"), now.locked],
    ["forks_muted", gettext("Students may not run anything"), now.forks_muted],
    ["scored", gettext("Keep scores"), now.scored],
  ];
  return (
    <div class="drawer room-settings" data-testid="room-settings">
      <figure>
        <img src={place.qr} alt={fill(gettext("QR code of %(address)s"), { address: place.address })} width={160} height={160} />
        <figcaption>
          <strong class="room-code">{spaced(now.code)}</strong>
          <span>{place.address}</span>
          {place.lan !== null && (
            <span class="fault">
              {fill(
                gettext(
                  "Phones cannot reach this address. Start the server with HOST=0.0.0.0 and open it as http://%(lan)s instead of localhost.",
                ),
                { lan: place.lan },
              )}
            </span>
          )}
        </figcaption>
      </figure>
      <div class="switches">
        {switches.map(([name, title, on]) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={on}
              data-testid={`room-${name}`}
              onChange={({ currentTarget }) => void tell({ type: "room_change", [name]: currentTarget.checked })}
            />
            {title}
          </label>
        ))}
        <Usage />
      </div>
      <div class="room-ends">
        <a class="button small" href={`/r/${place.code}/results.csv`} download data-testid="results">
          {gettext("Results as CSV")}
        </a>
        <button
          type="submit"
          form="replay-room"
          class="button small"
          title={gettext("Opens the lecture so far as a session of yours: it replays with all that you showed, and can be shared")}
          data-testid="replay-room"
        >
          {gettext("Replay the lecture")}
        </button>
        <button type="button" class="button small" data-testid="end-room" disabled={now.ended} onClick={end}>
          {gettext("End the lecture")}
        </button>
        <button type="button" class="button small danger" data-testid="delete-room" onClick={remove}>
          {gettext("Delete all of this room")}
        </button>
      </div>
    </div>
  );
}

/** How much of the room's limits the students' own runs take. */
function Usage() {
  const now = usage.value;
  if (!now) return null;
  const runs = { runs: count(now.runs), most: count(now.most_runs) };
  const tokens = { tokens: count(now.tokens), most: count(now.most_tokens ?? 0) };
  return (
    <p class="quiet room-usage" data-testid="room-usage" data-runs={now.runs} data-tokens={now.tokens}>
      {fill(gettext("Students’ own runs: %(runs)s of at most %(most)s."), runs)}
      <br />
      {now.most_tokens === null
        ? fill(gettext("Tokens today: %(tokens)s."), tokens)
        : fill(gettext("Tokens today: %(tokens)s of %(most)s."), tokens)}
    </p>
  );
}

function end(): void {
  if (confirm(gettext("End the lecture for everybody? The room does not open again; its results and its replay stay.")))
    void tell({ type: "room_end" });
}

function remove(): void {
  if (confirm(gettext("Delete the room with everybody’s names, votes and scores? This cannot be undone.")))
    document.querySelector<HTMLFormElement>("#delete-room")?.submit();
}
