/** The teacher's side of a game: the texts before the class sees them, how the answers stand, the steps on. */

import { sentence } from "../errors";
import { fill, gettext, ngettext } from "../i18n";
import type { Game, GameDesk as Desk } from "../protocol/generated";
import { Heading, Lettered, settingTitle } from "./GameTexts";
import { Truth } from "./GameTruth";
import { desk, game, room, tell } from "./room";
import { Scoreboard } from "./Scoreboard";

type Step = "open" | "close" | "reveal" | "end";

export function GameDesk() {
  const now = game.value;
  const its = desk.value?.game === now?.id ? desk.value : null;
  if (!now || !its) return null;
  return (
    <section
      class={`question teacher game ${now.state}`}
      aria-label={gettext("Game")}
      data-testid="game"
      data-state={now.state}
      data-kind={now.kind}
    >
      <div class="question-main">
        <Shown of={now} its={its} />
        <Steps of={now} />
      </div>
      {now.state === "revealed" && <Scoreboard most={8} />}
    </section>
  );
}

function Shown({ of, its }: { of: Game; its: Desk }) {
  if (of.state === "revealed") return <Truth of={of} open={(run) => void tell({ type: "room_show", run })} />;
  if (of.state === "failed")
    return (
      <p class="fault" role="alert" data-testid="game-fault">
        {gettext("There is no game:")}{" "}
        {sentence({ code: its.fault ?? "", message: its.message ?? "", field: null, value: null, bound: null })}
      </p>
    );
  if (of.state === "making")
    return (
      <p role="status" data-testid="game-making">
        {gettext("The model writes. The class sees nothing of it yet.")}
      </p>
    );
  return (
    <>
      {of.state === "ready" ? <Preview its={its} /> : <Heading of={of} />}
      <Standing of={of} its={its} />
    </>
  );
}

function Preview({ its }: { its: Desk }) {
  return (
    <>
      <h2>{gettext("Ready. Only you see the texts.")}</h2>
      <p class="game-prompt">{its.prompt}</p>
    </>
  );
}

/** The texts, and once the class is asked how often each answer has been given. */
function Standing({ of, its }: { of: Game; its: Desk }) {
  const asked = of.state !== "ready";
  return (
    <>
      <ol class="game-texts" data-testid="game-tally">
        {its.texts.map((text, place) => (
          <li key={place} class="game-text" data-text={place} data-counts={asked ? its.counts[place]?.join(" ") : ""}>
            <Lettered card={{ text }} place={place} />
            {asked && <Counts of={of} counts={its.counts[place] ?? []} all={its.votes} />}
          </li>
        ))}
      </ol>
      {asked && (
        <p class="quiet figures" data-testid="answers">
          {fill(ngettext("%(votes)s of %(of)s person has answered", "%(votes)s of %(of)s people have answered", its.of), {
            votes: its.votes,
            of: its.of,
          })}
        </p>
      )}
    </>
  );
}

function Counts({ of, counts, all }: { of: Game; counts: number[]; all: number }) {
  return (
    <ul class="game-bars" aria-label={of.setting ? settingTitle(of.setting) : gettext("votes")}>
      {counts.map((count, at) => (
        <li key={at}>
          <span class="figures">{of.kind === "match" ? of.values[at] : gettext("votes")}</span>
          <span class="bar-track">
            <i class="bar-votes" style={{ inlineSize: `${(100 * count) / Math.max(1, all)}%` }} />
          </span>
          <span class="figures">{count}</span>
        </li>
      ))}
    </ul>
  );
}

function Steps({ of }: { of: Game }) {
  const steps: [Step, string, boolean][] = [
    ["open", gettext("Ask the class"), of.state === "ready"],
    ["reveal", gettext("Reveal"), of.state === "open" || of.state === "closed"],
    ["close", gettext("Close the vote"), of.state === "open"],
    ["end", of.state === "revealed" ? gettext("Done") : of.state === "failed" ? gettext("Close") : gettext("Drop the game"), true],
  ];
  const shown = steps.filter(([, , may]) => may);
  return (
    <div class="console-group" role="group" aria-label={gettext("How the game goes on")}>
      {shown.map(([what, title], place) => (
        <button
          type="button"
          key={what}
          class={`button small ${place === 0 && what !== "end" ? "primary" : ""}`}
          disabled={room.value?.ended}
          data-testid={`game-${what}`}
          onClick={() => void tell({ type: "game_go", game: of.id, what })}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
