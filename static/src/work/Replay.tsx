/** Under the text of a run that has ended: see it come again. */

import { fill, gettext } from "../i18n";
import { moment } from "../store/view";
import { PlayButton, Speeds } from "./Playing";
import { pause, play, playing, seek, showWhole, span, speed, SPEEDS } from "./replaying";

export function Replay() {
  const times = span.value;
  if (!times) return null;
  return (
    <div class="replay" role="group" aria-label={gettext("Replay")} data-testid="replay">
      <PlayButton on={playing.value} play={play} pause={pause} title={gettext("Replay at its own pace")} hook="replay-play" />
      <Position times={times} />
      <Speeds speed={speed} of={SPEEDS} />
      {moment.value !== null && (
        <button type="button" class="button small" data-testid="replay-whole" onClick={showWhole}>
          {gettext("Show all")}
        </button>
      )}
    </div>
  );
}

function Position({ times: [first, last] }: { times: [number, number] }) {
  const at = Math.max(first, moment.value ?? last); // the slider begins at a whole millisecond, at or before the first
  const fraction = last > first ? (at - first) / (last - first) : 1;
  const seconds = (ms: number): string => (ms / 1000).toFixed(last - first < 1000 ? 2 : 1);
  return (
    <>
      <input
        type="range"
        class="slider"
        style={{ "--at": Math.max(0, Math.min(1, fraction)) }}
        min={Math.floor(first)}
        max={Math.ceil(last)}
        step={Math.max(1, Math.round((last - first) / 200))}
        value={at}
        aria-label={gettext("Moment of the run")}
        aria-valuetext={fill(gettext("%(at)s of %(all)s seconds"), { at: seconds(at - first), all: seconds(last - first) })}
        onInput={({ currentTarget }) => seek(Number(currentTarget.value))}
      />
      <span class="figures quiet" aria-hidden="true">
        {seconds(at - first)} / {seconds(last - first)} s
      </span>
    </>
  );
}
