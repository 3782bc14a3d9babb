/** Run and Stop share one place, so that nothing moves when one becomes the other. */

import { connection } from "../store/view";

interface Props {
  live: boolean;
  run: string;
  start: () => void;
  stop: string;
  end: () => void;
}

export const RunStop = ({ live, run, start, stop, end }: Props) => (
  <>
    <button
      type="button"
      class="button primary"
      data-testid="run"
      hidden={live}
      aria-keyshortcuts="Control+Enter"
      disabled={connection.value === "waiting"}
      onClick={start}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path class="solid" d="M5 3.2v9.6l8-4.8z" />
      </svg>
      {run} <kbd aria-hidden="true">Ctrl ↵</kbd>
    </button>
    <button type="button" class="button stop" data-testid="stop" hidden={!live} onClick={end}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <rect class="solid" x="4" y="4" width="8" height="8" rx="1" />
      </svg>
      {stop}
    </button>
  </>
);
