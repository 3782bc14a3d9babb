/** What every replay is played with: a button, and how fast. */

import type { Signal } from "@preact/signals";
import { gettext } from "../i18n";

/** `title` says what is replayed. */
export function PlayButton({
  on,
  play,
  pause,
  title,
  hook,
}: {
  on: boolean;
  play: () => void;
  pause: () => void;
  title: string;
  hook: string;
}) {
  const now = on ? gettext("Pause") : title;
  return (
    <button type="button" class="icon" data-testid={hook} aria-label={now} title={now} onClick={on ? pause : play}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {on ? <path d="M5.5 3.5v9M10.5 3.5v9" /> : <path class="solid" d="M5 3.2v9.6l8-4.8z" />}
      </svg>
    </button>
  );
}

/** `of`: how many times as fast as it was. */
export const Speeds = ({ speed, of, hook }: { speed: Signal<number>; of: readonly number[]; hook?: string }) => (
  <select
    class="select small"
    aria-label={gettext("Speed of the replay")}
    data-testid={hook}
    value={speed.value}
    onChange={({ currentTarget }) => (speed.value = Number(currentTarget.value))}
  >
    {of.map((times) => (
      <option key={times} value={times}>
        {times}×
      </option>
    ))}
  </select>
);
