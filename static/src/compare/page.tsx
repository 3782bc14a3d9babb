/** The comparison: two to four lanes of one prompt, drawn with the same dice. */

import "../styles/compare.css";
import "../theming";
import { render } from "preact";
import { EmbeddedBar } from "../bar/EmbeddedBar";
import { gettext, fill } from "../i18n";
import { Dialogs } from "../keys/Dialogs";
import { RunPrompt } from "../prompt/Area";
import { Prompt } from "../prompt/Prompt";
import { boot } from "../store/draft";
import { connection, settingsOpen } from "../store/view";
import { Notice } from "../work/Notice";
import { readOnly } from "../work/work";
import { Asked } from "./Asked";
import { Bar } from "./Bar";
import { Candidates } from "./Candidates";
import { comparison } from "./commands";
import { watchDivergence } from "./divergence";
import { listen } from "./keys";
import { AddLane, Lanes } from "./Lanes";
import { Panel } from "./Panel";
import { connect, runs, isRunning, stateOf } from "./runs";
import { keepSession } from "./session";
import { sides } from "./sides";
import { startOrShowFault } from "./start";
import { StepBar } from "./StepBar";
import { parting } from "./steps";
import { Strips } from "./Strips";
import { Summary } from "./Summary";

function Page() {
  if (boot.session?.embedded !== undefined) return <Embedded />;
  return (
    <div class={settingsOpen.value ? "page with-settings" : "page"}>
      <Bar />
      <Panel />
      <main class="comparison">
        <RunPrompt.Provider value={startOrShowFault}>
          <Prompt />
        </RunPrompt.Provider>
        <Notice />
        <Said />
        <Lanes />
        {!readOnly.value && <AddLane />}
        <StepBar />
        <Strips />
        <Candidates />
        <Summary />
      </main>
      <Dialogs of={comparison} />
    </div>
  );
}

/** In a frame of another site: the lanes, step by step, and the way here. */
function Embedded() {
  return (
    <div class="page embedded">
      <EmbeddedBar />
      <main class="comparison">
        <Asked />
        <Notice />
        <Lanes />
        <StepBar />
        <Strips />
        <Candidates />
        <Summary />
        <Said />
      </main>
    </div>
  );
}

/** Announced when it changes: never once a token. */
function Said() {
  return (
    <p class="said" role="status" data-testid="status" data-connection={connection.value} data-phase={phase()}>
      {text()}
    </p>
  );
}

const phase = (): string => (runs.value.size === 0 ? "empty" : isRunning.value ? "running" : "finished");

function text(): string {
  if (connection.value === "waiting") return gettext("Connection lost. Reconnecting; nothing is lost.");
  if (readOnly.value) return gettext("Somebody else's comparison: look at every step, or fork it to change it and run it yourself.");
  if (runs.value.size === 0) return gettext("One prompt, the same draws: where do the lanes part?");
  if (isRunning.value) return gettext("Running");
  if (parting.value !== null)
    return fill(gettext("All lanes have ended. The first difference is at step %(step)s."), { step: parting.value });
  const ran = sides.value.filter(({ key }) => stateOf(key).phase === "finished").length;
  return ran > 1 ? gettext("All lanes have ended, with the same text.") : gettext("All lanes have ended.");
}

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
root.replaceChildren();
render(<Page />, root);
listen();
connect();
watchDivergence();
keepSession();
