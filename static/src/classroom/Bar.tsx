/** Above everything in a room: which room, whose run is on the screen, and the way back to the teacher. */

import { fill, gettext } from "../i18n";
import { Language } from "../bar/Language";
import { Mark } from "../bar/Mark";
import { ThemeButton } from "../bar/ThemeButton";
import { run } from "../store/view";
import { back, classLane, fork, goOwn, handIn, mayRun, onOwn, toHandIn } from "./lesson";
import { following } from "./following";
import { gameAsks, isAsked, isTeacher, room, you } from "./room";
import { points, spaced } from "./words";

export function RoomBar() {
  const now = room.value;
  return (
    <div class="room-bar" role="region" aria-label={gettext("Room")} data-testid="room-bar">
      <Mark />
      <h1 class="room-title">{now?.title}</h1>
      <span class="room-code" data-testid="room-code">
        {now && spaced(now.code)}
      </span>
      <span class="room-over" role="status" data-testid="room-over">
        {now?.ended && gettext("The lecture has ended")}
      </span>
      {!isTeacher.value && <Place />}
      <span class="bar-end">
        {!isTeacher.value && <Me />}
        {!onOwn.value && !isTeacher.value && (
          <>
            <ThemeButton />
            <Language />
          </>
        )}
      </span>
    </div>
  );
}

/** Where a student is, and the ways from there. */
function Place() {
  const live = !onOwn.value && following.value;
  return (
    <div class="room-place" role="group" aria-label={gettext("Whose screen")}>
      <span
        class={`place-now ${live ? "live" : ""}`}
        role="status"
        data-testid="place"
        data-place={live ? "class" : onOwn.value ? "own" : "exploring"}
      >
        {live ? gettext("With the teacher") : onOwn.value ? gettext("Your own run") : gettext("Exploring")}
      </span>
      {live ? (
        <button type="button" class="button small" data-testid="explore" onClick={() => (following.value = false)}>
          {gettext("Explore on my own")}
        </button>
      ) : (
        <button type="button" class="button small primary" data-testid="back" onClick={back}>
          {gettext("Back to the teacher")}
        </button>
      )}
      {mayRun.value && !onOwn.value && <OwnButtons />}
      {toHandIn.value !== null && (
        <button type="button" class="button small" data-testid="hand-in" onClick={() => void handIn(toHandIn.value ?? "")}>
          {gettext("Hand in")}
        </button>
      )}
      {onOwn.value && run.value.id !== null && you.value?.handed_in.includes(run.value.id) && (
        <span class="quiet" role="status" data-testid="handed">
          {gettext("Handed in")}
        </span>
      )}
    </div>
  );
}

function OwnButtons() {
  const can = classLane.value !== null && run.value.tokens.length > 0 && run.value.started !== null;
  return (
    <>
      <button
        type="button"
        class="button small"
        disabled={!can || isAsked.value || gameAsks.value}
        title={gettext("Goes on from the selected token on your own screen, from the exact state")}
        data-testid="fork-run"
        onClick={fork}
      >
        {gettext("Take it from here")}
      </button>
      <button type="button" class="button small" data-testid="own" disabled={isAsked.value || gameAsks.value} onClick={() => goOwn()}>
        {gettext("Try something")}
      </button>
    </>
  );
}

function Me() {
  const me = you.value;
  if (!me?.nickname) return null;
  return (
    <span class="room-me">
      <bdi data-testid="me">{me.nickname}</bdi>
      {room.value?.scored && me.rank !== null && (
        <span class="quiet figures" title={fill(gettext("Place %(rank)s"), { rank: me.rank })} data-testid="my-points">
          {points(me.insight + me.luck + me.games)}
        </span>
      )}
    </span>
  );
}
