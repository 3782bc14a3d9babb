/** Who leads. Equal points share a place. */

import { fill, gettext } from "../i18n";
import { room, scores, you } from "./room";
import { points } from "./words";

export function Scoreboard({ most = 10 }: { most?: number }) {
  const all = scores.value?.scores ?? [];
  if (!room.value?.scored || all.length === 0) return null;
  return (
    <section class="scoreboard" aria-label={gettext("Scores")} data-testid="scoreboard">
      <h2>{gettext("Scores")}</h2>
      <ol>
        {all.slice(0, most).map(({ participant, nickname, insight, luck, games, rank }) => (
          <li key={participant} class={participant === you.value?.participant ? "me" : ""} data-rank={rank}>
            <span class="place figures">{rank}</span>
            <bdi class="nick">{nickname}</bdi>
            <span
              class="figures total"
              title={fill(gettext("%(insight)s for insight, %(luck)s for luck, %(games)s in games"), {
                insight: points(insight),
                luck: points(luck),
                games: points(games),
              })}
            >
              {points(insight + luck + games)}
            </span>
          </li>
        ))}
      </ol>
      <Own />
    </section>
  );
}

function Own() {
  const me = you.value;
  if (!me?.rank || scores.value?.scores.some(({ participant }) => participant === me.participant)) return null;
  return (
    <p class="quiet">
      {fill(gettext("You: place %(rank)s of %(of)s with %(points)s points"), {
        rank: me.rank,
        of: scores.value?.of ?? 0,
        points: points(me.insight + me.luck + me.games),
      })}
    </p>
  );
}
