/** The vote: choosing on a phone, the tally on the teacher's page, and for both what the model thought and the dice took. */

import { signal } from "@preact/signals";
import { fill, gettext, inList, ngettext } from "../i18n";
import type { Question } from "../protocol/generated";
import { Piece } from "../tokens/Piece";
import { Answered, asks, Offered } from "./Choice";
import { Won } from "./Won";
import { shownQuestion } from "./lesson";
import { isTeacher, room, tally, tell, you } from "./room";
import { percent } from "./words";

const guess = signal("");

/** Where the class answers, and reads the outcome. */
export function QuestionCard() {
  const now = shownQuestion.value;
  if (!now) return null;
  return (
    <section class={`question ${now.state}`} aria-label={gettext("Vote")} data-testid="question" data-state={now.state}>
      {now.state === "revealed" ? <Told of={now} /> : isTeacher.value ? <Counting of={now} /> : <Answering of={now} />}
    </section>
  );
}

function Answering({ of }: { of: Question }) {
  const voted = you.value?.voted ?? null;
  const over = voted !== null || of.state !== "open";
  return (
    <>
      <h2>{asks(of)}</h2>
      <div class={`options ${of.kind}`} role="group" aria-label={of.kind === "choice" ? gettext("Answers") : gettext("Tokens on offer")}>
        {of.options.map(({ id, piece }) => (
          <button
            type="button"
            key={id}
            class="option"
            aria-pressed={voted === id}
            disabled={over}
            data-testid="option"
            data-token={id}
            onClick={() => void tell({ type: "vote", poll: of.id, token: id })}
          >
            <Offered of={of} piece={piece} />
          </button>
        ))}
      </div>
      {voted === null && of.state === "open" && of.kind === "token" && <Guessing of={of} />}
      <p class="quiet" role="status" data-testid="vote-status">
        {voted !== null
          ? typeof voted === "string"
            ? fill(gettext("Your guess “%(text)s” has been counted."), { text: voted })
            : gettext("Your vote has been counted.")
          : of.state === "closed"
            ? gettext("The vote is closed.")
            : ""}
      </p>
    </>
  );
}

function Guessing({ of }: { of: Question }) {
  return (
    <form
      class="guess"
      onSubmit={(event) => {
        event.preventDefault();
        void tell({ type: "vote", poll: of.id, guess: guess.value }).then((done) => done && (guess.value = ""));
      }}
    >
      <label for="guess">{gettext("Or something else")}</label>
      <input
        id="guess"
        class="number wide"
        maxLength={40}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={guess.value}
        data-testid="guess"
        onInput={({ currentTarget }) => (guess.value = currentTarget.value)}
      />
      <button type="submit" class="button" disabled={guess.value.trim() === ""} data-testid="send-guess">
        {gettext("Send")}
      </button>
    </form>
  );
}

/** While the vote goes on: who has voted for what. The model's own numbers come with the reveal. */
export function Counting({ of }: { of: Question }) {
  const now = tally.value?.poll === of.id ? tally.value : null;
  const most = Math.max(1, ...(now?.counts.map(({ votes }) => votes) ?? []));
  const votesOf = (id: number): number => now?.counts.find((count) => count.id === id)?.votes ?? 0;
  return (
    <>
      <h2>{asks(of)}</h2>
      <ol class={`ballots ${of.kind}`} data-testid="tally">
        {of.options.map(({ id, piece }) => (
          <li key={id} data-token={id} data-votes={votesOf(id)}>
            <Offered of={of} piece={piece} />
            <span class="bar-track">
              <i class="bar-votes" style={{ inlineSize: `${(100 * votesOf(id)) / most}%` }} />
            </span>
            <span class="figures">{votesOf(id)}</span>
          </li>
        ))}
      </ol>
      {now && now.guesses.length > 0 && (
        <p class="guesses">
          {gettext("Typed:")} {inList(now.guesses.map(({ text, votes }) => `${text} × ${votes}`))}
        </p>
      )}
      <p class="quiet figures" data-testid="votes">
        {fill(ngettext("%(votes)s of %(of)s person has voted", "%(votes)s of %(of)s people have voted", now?.of ?? 0), {
          votes: now?.votes ?? 0,
          of: now?.of ?? room.value?.people ?? 0,
        })}
      </p>
    </>
  );
}

/** What came of the vote. */
export const Told = ({ of }: { of: Question }) => (of.kind === "choice" ? <Answered of={of} /> : <Outcome of={of} />);

/** Votes against the model's distribution; the dice; what they took. */
function Outcome({ of }: { of: Question }) {
  const { outcome, options, guesses } = of;
  if (!outcome) return null;
  const votes = options.reduce((sum, option) => sum + (option.votes ?? 0), 0) + guesses.reduce((sum, each) => sum + each.votes, 0);
  const share = (count: number): number => (votes ? count / votes : 0);
  const rows = [
    ...options.map(({ id, piece, p, votes: count }) => ({ key: `t${id}`, id, shown: <Piece of={piece} />, p: p ?? 0, count: count ?? 0 })),
    ...guesses.map(({ text, p, votes: count }) => ({ key: `g${text}`, id: -1, shown: <span class="piece">{text}</span>, p, count })),
  ].sort((a, b) => (b.p ?? -1) - (a.p ?? -1));
  return (
    <>
      <h2>
        {outcome.greedy ? gettext("The likeliest token was taken:") : gettext("The dice took")} <Piece of={outcome.piece} />
      </h2>
      <ol class="ballots result" data-testid="outcome">
        {rows.map(({ key, id, shown, p, count }) => (
          <li key={key} class={id === outcome.id ? "won" : ""} data-token={id} data-votes={count} data-p={p ?? ""}>
            {shown}
            <span class="bar-pair">
              <span class="bar-track">
                <i class="bar-model" style={{ inlineSize: `${100 * (p ?? 0)}%` }} />
              </span>
              <span class="bar-track">
                <i class="bar-votes" style={{ inlineSize: `${100 * share(count)}%` }} />
              </span>
            </span>
            <span class="figures">
              <b>{p === null ? "–" : percent(p)}</b>
              <span>{count}</span>
            </span>
          </li>
        ))}
      </ol>
      <p class="legend-pair" aria-hidden="true">
        <i class="bar-model" /> {gettext("the model")} <i class="bar-votes" /> {gettext("the class")}
      </p>
      {!outcome.greedy && (
        <p class="quiet">
          {fill(gettext("The dice fell on %(u)s, in the token’s interval from %(low)s to %(high)s."), {
            u: outcome.u.toFixed(4),
            low: outcome.low.toFixed(4),
            high: outcome.high.toFixed(4),
          })}
        </p>
      )}
      <Won />
    </>
  );
}
