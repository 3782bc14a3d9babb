/** Where the run is, in words. Announced when it changes, never once a token. */

import { canProceed } from "./branching/actions";
import { node } from "./branching/tree";
import { fill, gettext, ngettext } from "./i18n";
import type { Finished } from "./protocol/generated";
import { compact } from "./numbers";
import { connection, moment, run } from "./store/view";
import type { RunState } from "./store/run";
import { quoted } from "./tokens/pieces";

export function Status() {
  const text = connectionText() ?? (moment.value === null ? runText(run.value) : gettext("Replay"));
  return (
    <footer class="status">
      <p
        class="status-line"
        role="status"
        data-testid="status"
        data-phase={run.value.phase}
        data-run={run.value.id}
        data-tokens={run.value.tokens.length}
        data-connection={connection.value}
        data-reason={run.value.finished?.reason}
      >
        <i class="status-dot" aria-hidden="true" />
        <span>{text}</span>
      </p>
      <Progress />
      <Count />
    </footer>
  );
}

/** How full the context is. Not part of the live region: it changes with every token. */
function Count() {
  const { started, tokens, model } = run.value;
  if (!started) return null;
  return (
    <p class="count">
      {fill(gettext("%(prompt)s prompt + %(new)s new"), { prompt: started.prompt_ids.length, new: tokens.length })}
      {model && <span class="quiet"> / {compact(model.context)}</span>}
    </p>
  );
}

/** A short loss goes by unsaid only before the first connection. */
function connectionText(): string | null {
  if (connection.value === "waiting") return gettext("Connection lost. Reconnecting; nothing is lost.");
  return null;
}

export function runText(state: RunState): string {
  switch (state.phase) {
    case "empty":
      return gettext("Ready");
    case "asking":
      return state.id ? gettext("Fetching the run") : gettext("Sending");
    case "queued":
      return state.position
        ? fill(ngettext("Queued: %(count)s run before this one", "Queued: %(count)s runs before this one", state.position), {
            count: state.position,
          })
        : gettext("Queued: next");
    case "loading":
      return fill(gettext("Loading %(model)s"), { model: state.loading?.model ?? "" });
    case "prefill":
      return gettext("Reading the prompt");
    case "running":
      return state.restarted ? gettext("Running; the history was fetched again") : gettext("Running");
    case "refused":
      return gettext("Not started");
    case "finished":
      return state.finished ? finishedText(state.finished, cut() ?? reasonText(state.finished.reason, state.finished.detail)) : "";
  }
}

export function finishedText({ reason, detail, usage }: Finished, said = reasonText(reason, detail)): string {
  const tokens = fill(ngettext("%(count)s token", "%(count)s tokens", usage.completion_tokens), { count: usage.completion_tokens });
  return fill(gettext("%(tokens)s. %(reason)s"), { tokens, reason: said });
}

/** Where the end is the person's own. */
function cut(): string | null {
  if (!canProceed()) return null;
  if (node.value?.kind === "delete") return gettext("Cut here.");
  return node.value?.kind === "step" ? gettext("Step by step.") : null;
}

export function reasonText(reason: Finished["reason"], detail: string | null): string {
  switch (reason) {
    case "eos":
      return gettext("The model ended the text.");
    case "stop":
      return fill(gettext("Ended at the stop %(what)s."), { what: quoted(new TextEncoder().encode(detail ?? "")) });
    case "length":
      return gettext("Reached the token limit.");
    case "context":
      return gettext("Ended where the model's context is full.");
    case "time":
      return gettext("Ended at the time limit.");
    case "cancelled":
      return gettext("Stopped.");
    case "content_filter":
      return gettext("Ended by a content filter.");
    case "constraint_done":
      return gettext("The constraint is fulfilled.");
    case "error":
      return gettext("Ended by an error.");
  }
}

function Progress() {
  const { loading, phase } = run.value;
  if (phase !== "loading" || !loading) return null;
  return <progress value={loading.fraction} max={1} aria-label={gettext("Loading the model")} />;
}
