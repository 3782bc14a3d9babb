/** Coming in: a nickname and no account. */

import { signal } from "@preact/signals";
import { Refusal, sentence } from "../errors";
import { fill, gettext, inSequence, ngettext } from "../i18n";
import { closed, join } from "./lesson";
import { place, room, you } from "./room";
import { spaced } from "./words";

const MOST = 24;
const nickname = signal("");
const wrong = signal<string | null>(null);
const busy = signal(false);

export function Join() {
  const now = room.value;
  if (closed.value) return <Notice title={gettext("This room cannot be entered")} text={closed.value} />;
  if (you.value?.role === "removed")
    return <Notice title={gettext("You have left this room")} text={gettext("The teacher has removed you from this room.")} />;
  if (!now) return <Notice title={spaced(place.code)} text={gettext("Looking for the room")} />;
  if (now.ended) return <Notice title={now.title} text={gettext("This room has ended. Ask your teacher for the code of the new one.")} />;
  return (
    <main class="door-card" data-testid="join">
      <p class="room-code" aria-label={gettext("Code of the room")}>
        {spaced(now.code)}
      </p>
      <h1>{now.title}</h1>
      {now.locked ? (
        <p class="notice" role="status" data-testid="locked">
          {gettext("The teacher has locked the room: nobody else can come in at the moment.")}
        </p>
      ) : (
        <Form />
      )}
      <p class="quiet">{fill(ngettext("%(count)s person is here.", "%(count)s people are here.", now.people), { count: now.people })}</p>
    </main>
  );
}

function Form() {
  return (
    <form
      class="join-form"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <label for="nickname">{gettext("What shall the class call you?")}</label>
      <input
        id="nickname"
        class="number wide tall"
        maxLength={MOST}
        required
        autocomplete="nickname"
        enterkeyhint="go"
        value={nickname.value}
        aria-invalid={wrong.value !== null}
        aria-describedby="nickname-wrong"
        data-testid="nickname"
        onInput={({ currentTarget }) => (nickname.value = currentTarget.value)}
      />
      <p id="nickname-wrong" class="fault" role="alert" data-testid="nickname-wrong">
        {wrong.value}
      </p>
      <button type="submit" class="button primary tall" disabled={busy.value} data-testid="enter">
        {gettext("Join")}
      </button>
    </form>
  );
}

async function enter(): Promise<void> {
  wrong.value = null;
  busy.value = true;
  try {
    await join(nickname.value);
  } catch (error) {
    wrong.value = error instanceof Refusal ? inSequence(error.errors.map(sentence)) : String(error);
    document.getElementById("nickname")?.focus();
  } finally {
    busy.value = false;
  }
}

function Notice({ title, text }: { title: string; text: string }) {
  return (
    <main class="door-card" data-testid="room-notice">
      <h1>{title}</h1>
      <p role="status">{text}</p>
      <a class="button" href="/r/">
        {gettext("Another code")}
      </a>
    </main>
  );
}
