/** The playground page. */

import "./styles/index.css";
import "./theming";
import { render } from "preact";
import { Banner } from "./Banner";
import { plant, recover } from "./branching/tree";
import { Bar } from "./bar/Bar";
import { EmbeddedBar } from "./bar/EmbeddedBar";
import { playground } from "./keys/commands";
import { Dialogs } from "./keys/Dialogs";
import { listen } from "./keys/shortcuts";
import { Asked, Playback } from "./lecture/Lecture";
import { attend } from "./lecture/playing";
import { Inspector } from "./inspector/Inspector";
import { WhatIfBar } from "./inspector/whatif/Bar";
import { RunPrompt } from "./prompt/Area";
import { Prompt } from "./prompt/Prompt";
import { connect } from "./session";
import { Panel } from "./settings/Panel";
import { Status } from "./Status";
import { startOrShowFault } from "./start";
import { boot } from "./store/draft";
import { settingsOpen } from "./store/view";
import { Stream } from "./tokens/Stream";
import { Notice } from "./work/Notice";
import { bringSession } from "./work/open";
import { keepSaved } from "./work/save";
import { Cards } from "./why/Cards";

function Page() {
  if (boot.session?.embedded !== undefined) return <Embedded />;
  return (
    <div class={settingsOpen.value ? "page with-settings" : "page"}>
      <Bar />
      <Panel />
      <main class="work">
        <div class="text-column">
          <RunPrompt.Provider value={startOrShowFault}>
            <Prompt />
          </RunPrompt.Provider>
          <Banner />
          <Notice />
          <Asked />
          <Stream />
          <WhatIfBar />
          <Playback />
          <Status />
        </div>
        <Inspector />
      </main>
      <Cards />
      <Dialogs of={playground} />
    </div>
  );
}

/** In a frame of another site: the run, how it came about, and the way here. */
function Embedded() {
  return (
    <div class="page embedded">
      <EmbeddedBar />
      <main class="work">
        <div class="text-column">
          <Banner />
          <Notice />
          <Asked />
          <Stream />
          <Playback />
          <Status />
        </div>
        <Inspector />
      </main>
      <Cards />
    </div>
  );
}

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
root.replaceChildren();
render(<Page />, root);
listen();
connect((id) => recover(id) || bringSession(id));
plant();
attend();
keepSaved();
