/** A room: the class's page, and for its teacher the playground with the lecture's controls. */

import "../styles/room.css";
import "../theming";
import { render } from "preact";
import { Banner } from "../Banner";
import { plant } from "../branching/tree";
import { Bar } from "../bar/Bar";
import { playground } from "../keys/commands";
import { Dialogs } from "../keys/Dialogs";
import { listen } from "../keys/shortcuts";
import { gettext } from "../i18n";
import { Inspector } from "../inspector/Inspector";
import { WhatIfBar } from "../inspector/whatif/Bar";
import { RunPrompt } from "../prompt/Area";
import { Prompt } from "../prompt/Prompt";
import { link } from "../session";
import { Panel } from "../settings/Panel";
import { Status } from "../Status";
import { startOrShowFault } from "../start";
import { change } from "../store/draft";
import { settingsOpen } from "../store/view";
import { Stream } from "../tokens/Stream";
import { Cards } from "../why/Cards";
import { Notice } from "../work/Notice";
import { Replay } from "../work/Replay";
import { keepSaved } from "../work/save";
import { RoomBar } from "./Bar";
import { Console } from "./Console";
import { GameCard } from "./Games";
import { Join } from "./Join";
import { attend, follow, goOwn, lead, mayRun, onOwn, shownQuestion } from "./lesson";
import { entering, pointing } from "./plan";
import { QuestionCard } from "./Question";
import { closed, game, gameAsks, isAsked, isTeacher, place, problem, role, room } from "./room";
import { Scoreboard } from "./Scoreboard";
import { StepLine } from "./StepLine";

function Page() {
  if (closed.value !== null || !room.value || !(role.value === "student" || role.value === "teacher")) return <Join />;
  return (
    <div class={`room ${isTeacher.value ? "teaching" : onOwn.value ? "own" : "attending"}`}>
      <RoomBar />
      {isTeacher.value && <Console />}
      {!isTeacher.value && problem.value !== null && (
        <p class="notice fault" role="alert" data-testid="room-problem">
          {problem.value}
        </p>
      )}
      {isTeacher.value || onOwn.value ? <Workplace /> : <Seat />}
      <Cards />
      <Dialogs of={playground} />
    </div>
  );
}

/** The playground as it is. */
function Workplace() {
  return (
    <div class={settingsOpen.value ? "page with-settings" : "page"}>
      <Bar />
      <Panel />
      <main class="work">
        <div class="text-column">
          {!isTeacher.value && isAsked.value && <QuestionCard />}
          {!isTeacher.value && gameAsks.value && <GameCard />}
          <Starters />
          <RunPrompt.Provider value={startOrShowFault}>
            <Prompt />
          </RunPrompt.Provider>
          <Banner />
          <Notice />
          <Stream />
          <WhatIfBar />
          <Replay />
          <Status />
        </div>
        <Inspector />
      </main>
    </div>
  );
}

/** What the teacher shows. */
function Seat() {
  const playing = game.value !== null && game.value.cards.length > 0;
  return (
    <main class="work seat">
      <div class="text-column">
        <StepLine />
        {playing ? <GameCard /> : <QuestionCard />}
        {room.value?.run ? (
          <>
            <Stream />
            <Status />
          </>
        ) : (
          !playing && <Lobby />
        )}
        <Scoreboard most={5} />
      </div>
      <Inspector />
    </main>
  );
}

function Lobby() {
  return (
    <section class="lobby" data-testid="lobby">
      {!shownQuestion.value && (
        <>
          <h2>{gettext("You are in.")}</h2>
          <p>
            {room.value?.ended
              ? gettext("This room has ended. Ask your teacher for the code of the new one.")
              : gettext("As soon as the teacher runs the model, you see every token here, with what is behind it.")}
          </p>
        </>
      )}
      <p class="visually-hidden">
        <span data-testid="status" data-connection="open" />
      </p>
      <Starters />
    </section>
  );
}

/** What the teacher has prepared. */
function Starters() {
  const prompts = room.value?.prompts ?? [];
  if (prompts.length === 0 || !(isTeacher.value || mayRun.value)) return null;
  const use = (prompt: string) => (isTeacher.value || onOwn.value ? change({ prompt, mode: "complete" }) : goOwn(prompt));
  return (
    <div class="prepared" role="group" aria-label={gettext("Prompts to start with")} data-testid="starters">
      {prompts.map((prompt) => (
        <button type="button" class="chip" key={prompt} title={prompt} onClick={() => use(prompt)}>
          {prompt}
        </button>
      ))}
    </div>
  );
}

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
root.replaceChildren();
render(<Page />, root);
listen();
attend(link);
if (place.teacher) {
  lead();
  entering();
  pointing();
  keepSaved();
} else follow();
plant();
