/** What the projector shows: the text in large type, the vote, the scores, and in the corner how to come in. */

import "../styles/room.css";
import "../theming";
import { render } from "preact";
import { fill, gettext, ngettext } from "../i18n";
import { link } from "../session";
import { Status } from "../Status";
import { Stream } from "../tokens/Stream";
import { attend, follow as followTeacher, shownQuestion } from "./lesson";
import { Asking } from "./GameTexts";
import { Truth } from "./GameTruth";
import { Counting, Told } from "./Question";
import { desk, game, place, room, roster } from "./room";
import { Scoreboard } from "./Scoreboard";
import { StepLine } from "./StepLine";
import { spaced } from "./words";

function Screen() {
  const now = room.value;
  if (!now) return <main class="screen" />;
  const playing = game.value !== null && game.value.cards.length > 0;
  return (
    <main class={`screen ${now.run || now.lesson || playing ? "" : "waiting-room"}`} data-testid="screen">
      <header>
        <h1>{now.title}</h1>
        <ComeIn />
      </header>
      <StepLine />
      {playing ? <Playing /> : now.run || now.question ? <Lecture /> : <Names />}
      <Status />
    </main>
  );
}

/** How one comes in, in the corner, large while nobody has begun. */
const ComeIn = () => (
  <aside class="come-in" aria-label={gettext("Join")}>
    <p>
      <span>{place.address.replace(/^https?:\/\//, "").replace(/\/r\/.*$/, "/r")}</span>
      <strong class="room-code" data-testid="room-code">
        {spaced(room.value?.code ?? "")}
      </strong>
      <span class="figures">
        {fill(ngettext("%(count)s person", "%(count)s people", room.value?.people ?? 0), { count: room.value?.people ?? 0 })}
      </span>
    </p>
    <img src={place.qr} alt={fill(gettext("QR code of %(address)s"), { address: place.address })} />
  </aside>
);

function Lecture() {
  const now = shownQuestion.value;
  return (
    <div class={`lecture ${now ? (room.value?.run ? "asking" : "only-asking") : ""}`}>
      {room.value?.run && (
        <div class="lecture-text">
          <Stream />
        </div>
      )}
      {now && (
        <section class={`question ${now.state}`} data-testid="question" data-state={now.state}>
          {now.state === "revealed" ? <Told of={now} /> : <Counting of={now} />}
        </section>
      )}
      {now?.state === "revealed" && <Scoreboard most={6} />}
    </div>
  );
}

/** The texts, large; how the answers stand stays the teacher's until the reveal, so that nobody goes by the others. */
function Playing() {
  const now = game.value;
  if (!now) return null;
  const answered = desk.value?.game === now.id ? desk.value : null;
  const asks = now.state !== "revealed";
  return (
    <div class={`playing texts-${now.cards.length}`} role="region" aria-label={gettext("Game")} tabIndex={0}>
      <section class={`question game ${now.state}`} data-testid="game" data-state={now.state} data-kind={now.kind}>
        {asks ? <Asking of={now} far /> : <Truth of={now} far />}
        {asks && answered && (
          <p class="quiet figures" data-testid="answers">
            {fill(ngettext("%(votes)s of %(of)s person has answered", "%(votes)s of %(of)s people have answered", answered.of), {
              votes: answered.votes,
              of: answered.of,
            })}
          </p>
        )}
      </section>
      {!asks && <Scoreboard most={6} />}
    </div>
  );
}

function Names() {
  const seats = roster.value?.seats ?? [];
  return (
    <ul class="names" data-testid="names">
      {seats.map(({ participant, nickname }) => (
        <li key={participant}>
          <bdi>{nickname}</bdi>
        </li>
      ))}
    </ul>
  );
}

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
root.replaceChildren();
render(<Screen />, root);
attend(link);
followTeacher();
