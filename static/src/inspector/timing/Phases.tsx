/** The way to the first token, to scale: queue, tokenise, prefill, first decoding step. */

import { gettext } from "../../i18n";
import { milliseconds } from "../../numbers";
import { meter } from "../../store/timing";
import { run } from "../../store/view";

interface Phase {
  name: string;
  title: string;
  ms: number;
}

function phases(): Phase[] {
  const { queueMs, tokenizeMs, prefillMs, ttftMs } = meter(run.value);
  const known = [
    { name: "queue", title: gettext("Queue"), ms: queueMs ?? 0 },
    { name: "tokenize", title: gettext("Tokenise"), ms: tokenizeMs ?? 0 },
    { name: "prefill", title: gettext("Prefill"), ms: prefillMs ?? 0 },
  ];
  const rest = (ttftMs ?? 0) - known.reduce((total, { ms }) => total + ms, 0);
  return [...known, { name: "first", title: gettext("Stages, dice and hand-over"), ms: Math.max(0, rest) }];
}

export function Phases() {
  const all = phases();
  const total = all.reduce((sum, { ms }) => sum + ms, 0) || 1;
  return (
    <section class="phases" aria-label={gettext("Until the first token")}>
      <h3>{gettext("Until the first token")}</h3>
      <div class="phase-bar" aria-hidden="true">
        {all.map(({ name, title, ms }) => (
          <span key={name} class={`phase ${name}`} style={{ "--share": ms / total }} title={`${title}: ${milliseconds(ms)}`} />
        ))}
      </div>
      <ul class="phase-key">
        {all.map(({ name, title, ms }) => (
          <li key={name} data-phase={name} data-ms={ms}>
            <i class={`phase ${name}`} aria-hidden="true" /> {title} <span class="figures">{milliseconds(ms)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
