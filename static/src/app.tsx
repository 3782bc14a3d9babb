/** The playground page. */

import "./styles/index.css";
import "./theming";
import { render } from "preact";
import { Banner } from "./Banner";
import { Bar } from "./bar/Bar";
import { Inspector } from "./inspector/Inspector";
import { Prompt } from "./prompt/Prompt";
import { connect } from "./session";
import { Panel } from "./settings/Panel";
import { startOrShowFault } from "./start";
import { Status } from "./Status";
import { settingsOpen } from "./store/view";
import { Stream } from "./tokens/Stream";

function Page() {
  return (
    <div class={settingsOpen.value ? "page with-settings" : "page"}>
      <Bar />
      <Panel />
      <main class="work">
        <div class="text-column">
          <Prompt />
          <Banner />
          <Stream />
          <Status />
        </div>
        <Inspector />
      </main>
    </div>
  );
}

addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) startOrShowFault();
});

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
root.replaceChildren();
render(<Page />, root);
connect();
