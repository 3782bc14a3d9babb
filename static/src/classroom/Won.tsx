/** What one's own vote was worth. */

import { fill, gettext } from "../i18n";
import { question, room, you } from "./room";
import { points } from "./words";

export function Won() {
  const me = you.value;
  if (!me || me.role !== "student" || !room.value?.scored) return null;
  if (me.won_insight === null || me.won_luck === null) return <p data-testid="won">{gettext("You did not vote this time.")}</p>;
  return (
    <p class="won-points" data-testid="won" data-insight={me.won_insight} data-luck={me.won_luck}>
      <strong>+{points(me.won_insight + me.won_luck)}</strong>{" "}
      {question.value?.kind === "token" &&
        fill(gettext("%(insight)s for insight, %(luck)s for luck"), { insight: points(me.won_insight), luck: points(me.won_luck) })}
    </p>
  );
}
