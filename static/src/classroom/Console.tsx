/** The teacher's controls: how the run goes on, the vote, who is here, what was handed in. */

import { signal } from "@preact/signals";
import { fill, gettext, ngettext } from "../i18n";
import { drawer, type Drawer } from "./drawer";
import { GameDesk } from "./GameDesk";
import { GameForm } from "./GameForm";
import { Handed } from "./Handed";
import { shownQuestion } from "./lesson";
import { Lessons } from "./Lessons";
import { Pacing } from "./Pacing";
import { People } from "./People";
import { Counting, Told } from "./Question";
import { game, gameOn, handIns, isAsked, place, problem, question, room, tell } from "./room";
import { RoomSettings } from "./RoomSettings";
import { Scoreboard } from "./Scoreboard";
import { LessonStrip } from "./Teaching";

const options = signal(4);

export function Console() {
  const now = shownQuestion.value;
  return (
    <section class="console" aria-label={gettext("The lecture")} data-testid="console">
      <div class="console-row">
        <Pacing />
        <Asking />
        <Drawers />
      </div>
      {problem.value !== null && (
        <p class="notice fault" role="alert" data-testid="room-problem">
          {problem.value}
        </p>
      )}
      <LessonStrip />
      <GameDesk />
      {now && !game.value && (
        <section class={`question teacher ${now.state}`} aria-label={gettext("Vote")} data-testid="question" data-state={now.state}>
          <div class="question-main">{now.state === "revealed" ? <Told of={now} /> : <Counting of={now} />}</div>
          <Scoreboard most={6} />
        </section>
      )}
      <Drawn />
    </section>
  );
}

function Asking() {
  const state = question.value?.state;
  if (!isAsked.value)
    return (
      <div class="console-group" role="group" aria-label={gettext("Vote")}>
        <button
          type="button"
          class={`button small ${room.value?.lesson ? "" : "primary"}`}
          disabled={!room.value?.run || gameOn.value}
          data-testid="ask-class"
          onClick={() => void tell({ type: "poll_open", options: options.value })}
        >
          {gettext("Ask the class")}
        </button>
        <select
          class="select small"
          aria-label={gettext("Tokens on offer")}
          value={options.value}
          onChange={({ currentTarget }) => (options.value = Number(currentTarget.value))}
        >
          {[2, 3, 4, 5, 6, 7, 8].map((count) => (
            <option key={count} value={count}>
              {fill(gettext("%(count)s tokens on offer"), { count })}
            </option>
          ))}
        </select>
      </div>
    );
  return (
    <div class="console-group" role="group" aria-label={gettext("Vote")}>
      {!room.value?.lesson && (
        <button type="button" class="button small primary" data-testid="reveal" onClick={() => void tell({ type: "poll_reveal" })}>
          {gettext("Reveal")}
        </button>
      )}
      <button
        type="button"
        class="button small"
        disabled={state === "closed"}
        data-testid="close-poll"
        onClick={() => void tell({ type: "poll_close" })}
      >
        {gettext("Close the vote")}
      </button>
    </div>
  );
}

function Drawers() {
  const people = room.value?.people ?? 0;
  const handed = handIns.value?.runs.length ?? 0;
  const tabs: [Drawer, string][] = [
    ["lessons", gettext("Lessons")],
    ["game", gettext("Game")],
    ["people", fill(ngettext("%(count)s person", "%(count)s people", people), { count: people })],
    ["hand-ins", fill(gettext("Handed in: %(count)s"), { count: handed })],
    ["room", gettext("Room")],
  ];
  return (
    <div class="console-group console-end" role="group" aria-label={gettext("Room")}>
      {tabs.map(([name, title]) => (
        <button
          type="button"
          key={name}
          class="button small"
          aria-expanded={drawer.value === name}
          disabled={name === "game" && gameOn.value}
          data-testid={`drawer-${name}`}
          onClick={() => (drawer.value = drawer.value === name ? null : name)}
        >
          {title}
        </button>
      ))}
      <a class="button small" href={`/r/${place.code}/screen`} target="_blank" rel="noopener" data-testid="open-screen">
        {gettext("Projector")}
      </a>
    </div>
  );
}

function Drawn() {
  if (drawer.value === "lessons") return <Lessons />;
  if (drawer.value === "game") return <GameForm />;
  if (drawer.value === "people") return <People />;
  if (drawer.value === "hand-ins") return <Handed />;
  return drawer.value === "room" ? <RoomSettings /> : null;
}
