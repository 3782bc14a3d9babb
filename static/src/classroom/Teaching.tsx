/** The teacher's part of a ready lesson: the step, what to say, and the ways on. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import type { StepPlan } from "../protocol/generated";
import { cancel, leave } from "../session";
import { startOrShowFault } from "../start";
import { lane } from "../store/view";
import { busy, held } from "./busy";
import { askedBy, isHeld, isRun, otherModel, setUp, step } from "./plan";
import { isAsked, plan, question, tell } from "./room";

const notesOpen = signal(true);

/** The current step in the console. */
export function LessonStrip() {
  const lesson = plan.value;
  const now = step.value;
  if (!lesson || !now) return null;
  return (
    <section class="lesson" aria-label={lesson.title} data-testid="lesson" data-step={lesson.at}>
      <div class="lesson-text">
        <Progress />
        <h2>{now.title}</h2>
        <p>{now.line}</p>
        <details open={notesOpen.value} onToggle={({ currentTarget }) => (notesOpen.value = currentTarget.open)}>
          <summary>{gettext("Notes, only for you")}</summary>
          <ul class="lesson-notes" data-testid="lesson-notes">
            {now.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
        {otherModel.value && (
          <p class="fault" role="status">
            {gettext("Written for the bundled model: with another one, the notes may not hold.")}
          </p>
        )}
      </div>
      <Ways />
    </section>
  );
}

function Progress() {
  const of = plan.value;
  if (!of) return null;
  return (
    <div class="lesson-progress">
      <ol aria-label={of.title}>
        {of.steps.map(({ title }, at) => (
          <li key={at}>
            <button
              type="button"
              class={at < of.at ? "done" : ""}
              aria-label={`${at + 1}. ${title}`}
              aria-current={at === of.at ? "step" : undefined}
              title={`${at + 1}. ${title}`}
              disabled={isAsked.value || busy.value}
              onClick={() => void go(at)}
            />
          </li>
        ))}
      </ol>
      <span class="figures" data-testid="lesson-place">
        {fill(gettext("%(step)s of %(of)s"), { step: of.at + 1, of: of.steps.length })}
      </span>
    </div>
  );
}

type Way = "run" | "ask" | "next";

/** What comes next as the step is meant: a choice is asked before the run, a token where the run waits. */
function suggested(at: StepPlan): Way {
  const asksToken = askedBy(at).kind === "token";
  if (isAsked.value) return "ask";
  if (question.value?.kind === askedBy(at).kind && question.value.state === "revealed") return isRun.value ? "next" : "run";
  if (isRun.value) return asksToken && isHeld.value ? "ask" : "next";
  return asksToken ? "run" : "ask";
}

function Ways() {
  const of = plan.value;
  const at = step.value;
  if (!of || !at) return null;
  const way = suggested(at);
  const last = of.at === of.steps.length - 1;
  const asksToken = askedBy(at).kind === "token";
  const style = (name: Way): string => `button small ${way === name ? "primary" : ""}`;
  return (
    <div class="lesson-ways" role="group" aria-label={gettext("Through the lesson")}>
      <button
        type="button"
        class="button small"
        disabled={of.at === 0 || isAsked.value || busy.value}
        data-testid="lesson-back"
        onClick={() => void go(of.at - 1)}
      >
        {gettext("Back")}
      </button>
      <button type="button" class={style("run")} data-testid="lesson-run" onClick={() => runStep(at)}>
        {gettext("Run the step")}
      </button>
      {isAsked.value ? (
        <button type="button" class={style("ask")} data-testid="lesson-reveal" onClick={() => void tell({ type: "poll_reveal" })}>
          {gettext("Reveal")}
        </button>
      ) : (
        <button
          type="button"
          class={style("ask")}
          disabled={asksToken && !isHeld.value}
          title={asksToken ? gettext("Run the step first: the class waits before the token that is asked for") : undefined}
          data-testid="lesson-ask"
          onClick={() => void (asksToken ? tell({ type: "poll_open", options: askedBy(at).options }) : tell({ type: "lesson_ask" }))}
        >
          {gettext("Ask the step’s question")}
        </button>
      )}
      <button
        type="button"
        class={style("next")}
        disabled={last || isAsked.value || busy.value}
        data-testid="lesson-next"
        onClick={() => void go(of.at + 1)}
      >
        {last ? gettext("Last step") : gettext("Next step")}
      </button>
    </div>
  );
}

/** Sets the step up anew, however the fields were changed, and runs it. A run that the class waits in is left. */
function runStep(at: StepPlan): void {
  setUp(at);
  if (lane.peek()?.isLive) cancel();
  leave();
  startOrShowFault();
}

/** Goes to a step once the room has, and sets it up. */
async function go(to: number): Promise<void> {
  const lesson = plan.peek();
  const wanted = lesson?.steps[to];
  if (!lesson?.key || !wanted) return;
  await held(async () => {
    if (await tell({ type: "lesson_step", lesson: lesson.key ?? "", step: to })) setUp(wanted);
  });
}
