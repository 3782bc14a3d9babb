/** The replay of a lecture: its clock under the text, and above it the question or the game that the class was at. */

import { computed } from "@preact/signals";
import { fill, gettext, ngettext } from "../i18n";
import { Piece } from "../tokens/Piece";
import { PlayButton, Speeds } from "../work/Playing";
import { Replay } from "../work/Replay";
import { Asking } from "../classroom/GameTexts";
import { Truth } from "../classroom/GameTruth";
import { percent } from "../classroom/words";
import { clock, comeBack, game, isLeft, isRevealed, leave, lecture, pause, play, playing, question, seek, speed, SPEEDS } from "./playing";
import type { Played } from "./played";
import type { Ask, Choice } from "./record";

/** What can be played of the session on the screen. */
export function Playback() {
  if (lecture.value) return <Clock length={lecture.value.length} marks={marks.value} />;
  return (
    <>
      <Replay />
      {isLeft.value && (
        <p class="replay">
          <button type="button" class="button small" data-testid="lecture-back" onClick={comeBack}>
            {gettext("Back to the lecture")}
          </button>
        </p>
      )}
    </>
  );
}

/** When the class was asked something. */
const marks = computed(() => [...(lecture.value?.asks ?? []), ...(lecture.value?.games ?? [])].map(({ ms }) => ms));

function Clock({ length, marks }: { length: number; marks: readonly number[] }) {
  const at = Math.min(clock.value, length);
  const values = { at: minutes(at), all: minutes(length) };
  return (
    <div class="replay lecture-replay" role="group" aria-label={gettext("Replay of the lecture")} data-testid="lecture">
      <PlayButton on={playing.value} play={play} pause={pause} title={gettext("Replay the lecture")} hook="lecture-play" />
      <span class="lecture-line">
        <input
          type="range"
          class="slider"
          style={{ "--at": length > 0 ? at / length : 1 }}
          min={0}
          max={Math.ceil(length)}
          step={Math.max(1, Math.round(length / 1000))}
          value={at}
          aria-label={gettext("Moment of the lecture")}
          aria-valuetext={fill(gettext("%(at)s of %(all)s"), values)}
          onInput={({ currentTarget }) => seek(Number(currentTarget.value))}
        />
        <span class="lecture-asks" aria-hidden="true">
          {marks.map((ms) => (
            <i key={ms} style={{ insetInlineStart: `${length > 0 ? Math.min(100, (100 * ms) / length) : 0}%` }} />
          ))}
        </span>
      </span>
      <span class="figures quiet" aria-hidden="true">
        {values.at} / {values.all}
      </span>
      <Speeds speed={speed} of={SPEEDS} hook="lecture-speed" />
      <button type="button" class="button small" data-testid="lecture-leave" onClick={leave}>
        {gettext("Leave the replay")}
      </button>
    </div>
  );
}

/** Minutes and seconds. */
const minutes = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** What the class was asked, and from the reveal on how it answered: totals, of nobody. */
export function Asked() {
  if (game.value) return <Game of={game.value} />;
  return question.value && <Vote of={question.value} />;
}

/** It scrolls within, so that the clock stays where it is; from the top where something new is shown. */
function Game({ of: { ms, game: of } }: { of: Played }) {
  const state = isRevealed.value ? "revealed" : "open";
  return (
    <section
      key={`${ms} ${state}`}
      class={`question game replayed ${state}`}
      aria-label={gettext("Game")}
      tabIndex={0}
      data-testid="lecture-game"
      data-state={state}
      data-kind={of.kind}
    >
      {isRevealed.value ? <Truth of={of} /> : <Asking of={of} />}
    </section>
  );
}

function Vote({ of }: { of: Ask }) {
  const revealed = isRevealed.value;
  const votes = of.options.reduce((sum, option) => sum + option.votes, of.guessed);
  return (
    <section class="question" aria-label={gettext("Vote")} data-testid="lecture-question" data-state={revealed ? "revealed" : "open"}>
      <h2>{of.kind === "choice" ? of.text : gettext("Which token comes next?")}</h2>
      <ol class={`ballots ${of.kind} ${revealed ? "result" : ""}`}>
        {of.options.map((option) => (
          <Ballot key={option.id} of={option} kind={of.kind} votes={revealed ? votes : null} won={revealed && option.id === of.drawn.id} />
        ))}
      </ol>
      {revealed && <Outcome of={of} votes={votes} />}
    </section>
  );
}

function Ballot({
  of: { id, piece, p, votes: own },
  kind,
  votes,
  won,
}: {
  of: Choice;
  kind: Ask["kind"];
  votes: number | null;
  won: boolean;
}) {
  const share = votes ? own / votes : 0;
  return (
    <li class={won ? "won" : ""} data-token={id} data-votes={votes === null ? "" : own} data-p={p ?? ""}>
      {kind === "choice" ? <span class="piece">{new TextDecoder().decode(piece)}</span> : <Piece of={piece} />}
      {votes !== null && (
        <>
          <span class="bar-pair">
            {kind === "token" && <Track of="bar-model" share={p ?? 0} />}
            <Track of="bar-votes" share={share} />
          </span>
          <span class="figures">
            <b>{kind === "choice" ? "" : p === null ? "–" : percent(p)}</b>
            <span>{own}</span>
          </span>
        </>
      )}
    </li>
  );
}

const Track = ({ of, share }: { of: string; share: number }) => (
  <span class="bar-track">
    <i class={of} style={{ inlineSize: `${100 * Math.min(1, Math.max(0, share))}%` }} />
  </span>
);

function Outcome({ of: { kind, dice, drawn, guessed, why }, votes }: { of: Ask; votes: number }) {
  return (
    <>
      {kind === "token" && (
        <p>
          {dice.greedy ? gettext("The likeliest token was taken:") : gettext("The dice took")} <Piece of={drawn.piece} />
        </p>
      )}
      {kind === "choice" && why !== "" && <p>{why}</p>}
      <p class="quiet figures">
        {fill(ngettext("%(count)s vote", "%(count)s votes", votes), { count: votes })}
        {guessed > 0 && ` · ${fill(gettext("something else: %(count)s"), { count: guessed })}`}
        {kind === "token" && !dice.greedy && ` · u = ${dice.u.toFixed(4)}`}
      </p>
    </>
  );
}
