/** The teacher's controls: how the run goes on, the vote, who is here, what was handed in. */

import { signal } from "@preact/signals";
import { fill, gettext, ngettext } from "../i18n";
import { count } from "../numbers";
import { drawer, type Drawer } from "./drawer";
import { GameDesk } from "./GameDesk";
import { GameForm } from "./GameForm";
import { shownQuestion } from "./lesson";
import { Lessons } from "./Lessons";
import { Counting, Told } from "./Question";
import { game, gameAsks, gameOn, handIns, isAsked, place, problem, question, room, roster, tell, usage, waiting } from "./room";
import { RuleField } from "./RuleField";
import { Scoreboard } from "./Scoreboard";
import { LessonStrip } from "./Teaching";
import { bitsOf, natsOf, spaced } from "./words";

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

function Pacing() {
  const held = waiting.value?.step ?? null;
  const has = waiting.value?.run !== null && room.value?.run !== null;
  const every = gettext("Pause every %(count)s tokens").split("%(count)s");
  const from = gettext("or from %(bits)s bits of entropy").split("%(bits)s");
  return (
    <div class="console-group" role="group" aria-label={gettext("How the run goes on")}>
      {held === null ? (
        <button
          type="button"
          class="button small"
          disabled={!has}
          data-testid="pause"
          onClick={() => void tell({ type: "room_hold", what: "pause" })}
        >
          {gettext("Pause")}
        </button>
      ) : (
        <>
          <button
            type="button"
            class="button small"
            disabled={isAsked.value}
            data-testid="next"
            onClick={() => void tell({ type: "room_hold", what: "next" })}
          >
            {gettext("Next token")}
          </button>
          <button
            type="button"
            class="button small"
            disabled={isAsked.value}
            data-testid="go"
            onClick={() => void tell({ type: "room_hold", what: "go" })}
          >
            {gettext("Go on")}
          </button>
        </>
      )}
      <label class="console-rule">
        {every[0]}
        <RuleField
          hook="every"
          min={1}
          max={1000}
          value={room.value?.every ?? null}
          change={(every) => tell({ type: "room_change", every })}
        />
        {every[1]}
      </label>
      <label class="console-rule">
        {from[0]}
        <RuleField
          hook="entropy"
          min={0}
          max={20}
          step={0.5}
          value={room.value?.entropy == null ? null : Number(bitsOf(room.value.entropy).toFixed(2))}
          change={(bits) => tell({ type: "room_change", entropy: bits === null ? null : natsOf(bits) })}
        />
        {from[1]}
      </label>
      <p class="console-waits" role="status" data-testid="waiting" data-step={held ?? ""}>
        {held !== null && whyText()}
      </p>
    </div>
  );
}

function whyText(): string {
  const { step, why, entropy } = waiting.value ?? {};
  const bits = entropy == null ? "" : bitsOf(entropy).toFixed(1);
  return why === "entropy"
    ? fill(gettext("Waits before token %(step)s: %(bits)s bits of entropy"), { step: (step ?? 0) + 1, bits })
    : fill(gettext("Waits before token %(step)s"), { step: (step ?? 0) + 1 });
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
  return drawer.value === "room" ? <Settings /> : null;
}

function People() {
  const seats = roster.value?.seats ?? [];
  return (
    <div class="drawer" data-testid="roster">
      {seats.length === 0 && <p class="quiet">{gettext("Nobody has joined yet.")}</p>}
      <ul class="roster">
        {seats.map(({ participant, nickname, here, voted }) => (
          <li key={participant} class={here ? "" : "away"}>
            <i class="presence" aria-hidden="true" />
            <bdi>{nickname}</bdi>
            {!here && <span class="quiet">{gettext("away")}</span>}
            {voted && (isAsked.value || gameAsks.value) && <span class="quiet">{gettext("voted")}</span>}
            <button
              type="button"
              class="icon"
              aria-label={fill(gettext("Remove %(name)s"), { name: nickname })}
              title={fill(gettext("Remove %(name)s"), { name: nickname })}
              onClick={() => void tell({ type: "room_remove", participant })}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="m4 4 8 8M12 4l-8 8" />
              </svg>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Handed() {
  const runs = handIns.value?.runs ?? [];
  return (
    <div class="drawer" data-testid="hand-ins">
      {runs.length === 0 && <p class="quiet">{gettext("Nobody has handed anything in yet.")}</p>}
      <ul class="handed">
        {runs.map(({ run, nickname, text }) => (
          <li key={run}>
            <bdi>{nickname}</bdi>
            <span class="quiet handed-text">{text}</span>
            <button type="button" class="button small" data-testid="show-class" onClick={() => void tell({ type: "room_show", run })}>
              {room.value?.run === run ? gettext("The class sees it") : gettext("Show to the class")}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Settings() {
  const now = room.value;
  if (!now) return null;
  const switches: [string, string, boolean][] = [
    ["live", gettext("The class follows my screen"), now.live],
    ["locked", gettext("Locked: nobody else may join"), now.locked],
    ["forks_muted", gettext("Students may not run anything"), now.forks_muted],
    ["scored", gettext("Keep scores"), now.scored],
  ];
  return (
    <div class="drawer room-settings" data-testid="room-settings">
      <figure>
        <img src={place.qr} alt={fill(gettext("QR code of %(address)s"), { address: place.address })} width={160} height={160} />
        <figcaption>
          <strong class="room-code">{spaced(now.code)}</strong>
          <span>{place.address}</span>
          {place.lan !== null && (
            <span class="fault">
              {fill(
                gettext(
                  "Phones cannot reach this address. Start the server with HOST=0.0.0.0 and open it as http://%(lan)s instead of localhost.",
                ),
                { lan: place.lan },
              )}
            </span>
          )}
        </figcaption>
      </figure>
      <div class="switches">
        {switches.map(([name, title, on]) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={on}
              data-testid={`room-${name}`}
              onChange={({ currentTarget }) => void tell({ type: "room_change", [name]: currentTarget.checked })}
            />
            {title}
          </label>
        ))}
        <Usage />
      </div>
      <div class="room-ends">
        <a class="button small" href={`/r/${place.code}/results.csv`} download data-testid="results">
          {gettext("Results as CSV")}
        </a>
        <button
          type="submit"
          form="replay-room"
          class="button small"
          title={gettext("Opens the lecture so far as a session of yours: it replays with all that you showed, and can be shared")}
          data-testid="replay-room"
        >
          {gettext("Replay the lecture")}
        </button>
        <button type="button" class="button small" data-testid="end-room" disabled={now.ended} onClick={end}>
          {gettext("End the lecture")}
        </button>
        <button type="button" class="button small danger" data-testid="delete-room" onClick={remove}>
          {gettext("Delete all of this room")}
        </button>
      </div>
    </div>
  );
}

/** How much of the room's limits the students' own runs take. */
function Usage() {
  const now = usage.value;
  if (!now) return null;
  const runs = { runs: count(now.runs), most: count(now.most_runs) };
  const tokens = { tokens: count(now.tokens), most: count(now.most_tokens ?? 0) };
  return (
    <p class="quiet room-usage" data-testid="room-usage" data-runs={now.runs} data-tokens={now.tokens}>
      {fill(gettext("Students’ own runs: %(runs)s of at most %(most)s."), runs)}
      <br />
      {now.most_tokens === null
        ? fill(gettext("Tokens today: %(tokens)s."), tokens)
        : fill(gettext("Tokens today: %(tokens)s of %(most)s."), tokens)}
    </p>
  );
}

function end(): void {
  if (confirm(gettext("End the lecture for everybody? The room does not open again; its results and its replay stay.")))
    void tell({ type: "room_end" });
}

function remove(): void {
  if (confirm(gettext("Delete the room with everybody’s names, votes and scores? This cannot be undone.")))
    document.querySelector<HTMLFormElement>("#delete-room")?.submit();
}
