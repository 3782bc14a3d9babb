/** The share dialog: who may see the session, until when, under which title; the link, and the whole as a file. */

import { signal } from "@preact/signals";
import { fill, gettext } from "../i18n";
import { Dialog } from "../keys/Dialog";
import { closeDialog } from "../keys/open";
import { boot } from "../store/draft";
import { exportAddress, type NotedSession, type Visibility } from "./api";
import { change, linkOf, openShare, shared, shareProblem, snippetOf, until, type Term } from "./sharing";
import { work } from "./work";

const copied = signal(false);

export const ShareButton = () => (
  <button
    type="button"
    class="icon"
    data-testid="share"
    aria-label={gettext("Share and save")}
    title={gettext("Share and save")}
    disabled={!work.value?.mine}
    onClick={() => {
      copied.value = false;
      void openShare();
    }}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="4" cy="8" r="1.8" />
      <circle cx="12" cy="3.8" r="1.8" />
      <circle cx="12" cy="12.2" r="1.8" />
      <path d="m5.7 7.2 4.6-2.5m-4.6 4.1 4.6 2.5" />
    </svg>
  </button>
);

export function Share() {
  const session = shared.value;
  return (
    <Dialog label={gettext("Share and save")} hook="share-dialog">
      <header class="sheet-head">
        <h2>{gettext("Share and save")}</h2>
        <button type="button" class="button small" onClick={closeDialog}>
          {gettext("Close")}
        </button>
      </header>
      <div class="share">
        {shareProblem.value !== null && (
          <p class="fault" role="alert">
            {shareProblem.value}
          </p>
        )}
        {session ? <Fields session={session} /> : shareProblem.value === null && <p class="quiet">{gettext("Fetching the session")}</p>}
      </div>
    </Dialog>
  );
}

function Fields({ session }: { session: NotedSession }) {
  return (
    <>
      <label class="share-field">
        <span>{gettext("Title")}</span>
        <input
          class="number wide"
          maxLength={120}
          value={session.title}
          data-testid="share-title"
          onChange={({ currentTarget }) => void change({ title: currentTarget.value })}
        />
      </label>
      <label class="share-field">
        <span>{gettext("Notes")}</span>
        <textarea
          class="text"
          rows={3}
          maxLength={20_000}
          value={session.notes}
          onChange={({ currentTarget }) => void change({ notes: currentTarget.value })}
        />
      </label>
      <Who session={session} />
      {session.visibility !== "private" && <Link session={session} />}
      {session.visibility !== "private" && boot.embeds && <Embed session={session} />}
      <a class="button" href={exportAddress(session.id)} download data-testid="share-export">
        {gettext("Export as a file")}
      </a>
      <a href="/sessions">{gettext("Your sessions")}</a>
    </>
  );
}

function Who({ session }: { session: NotedSession }) {
  const titles: Record<Visibility, string> = {
    private: gettext("Only you"),
    link: gettext("Whoever has the link"),
    gallery: gettext("Everybody, in the gallery"),
  };
  return (
    <fieldset class="share-field">
      <legend>{gettext("Who may see it")}</legend>
      {Object.entries(titles).map(([name, title]) => (
        <label class="share-choice" key={name}>
          <input
            type="radio"
            name="visibility"
            value={name}
            checked={session.visibility === name}
            onChange={() => void change({ visibility: name as Visibility })}
          />
          {title}
        </label>
      ))}
    </fieldset>
  );
}

function Link({ session }: { session: NotedSession }) {
  return (
    <>
      <div class="share-field">
        <label for="share-link">{gettext("Link")}</label>
        <span class="share-link">
          <input
            id="share-link"
            class="number wide"
            readOnly
            value={linkOf(session)}
            data-testid="share-link"
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <button type="button" class="button" onClick={() => void copy(linkOf(session))}>
            {copied.value ? gettext("Copied") : gettext("Copy")}
          </button>
        </span>
      </div>
      <Expiry session={session} />
      <button type="button" class="button" data-testid="share-revoke" onClick={() => void change({ visibility: "private", expires: null })}>
        {gettext("Revoke the link")}
      </button>
    </>
  );
}

/** A frame on the sites that the operator allows. */
function Embed({ session }: { session: NotedSession }) {
  return (
    <fieldset class="share-field">
      <legend>{gettext("Embed")}</legend>
      <label class="share-choice">
        <input
          type="checkbox"
          checked={session.embeddable}
          data-testid="share-embed"
          onChange={({ currentTarget }) => void change({ embeddable: currentTarget.checked })}
        />
        {gettext("Other sites' pages may show it in a frame")}
      </label>
      {session.embeddable && (
        <textarea
          class="text mono"
          rows={3}
          readOnly
          aria-label={gettext("What to put into the other page")}
          data-testid="share-snippet"
          value={snippetOf(session)}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      )}
    </fieldset>
  );
}

async function copy(link: string): Promise<void> {
  await navigator.clipboard.writeText(link).then(
    () => (copied.value = true),
    () => document.querySelector<HTMLInputElement>("#share-link")?.select(), // forbidden here: the hand copies
  );
}

function Expiry({ session: { expires } }: { session: NotedSession }) {
  const date = expires && new Date(expires).toLocaleString(boot.language);
  return (
    <label class="share-field">
      <span>{gettext("The link works")}</span>
      <select
        class="select"
        value={expires ? "set" : "never"}
        onChange={({ currentTarget }) => void change({ expires: until(currentTarget.value as Term, Date.now()) })}
      >
        {date && (
          <option value="set" disabled>
            {fill(gettext("until %(date)s"), { date })}
          </option>
        )}
        <option value="never">{gettext("for ever")}</option>
        <option value="day">{gettext("for a day")}</option>
        <option value="week">{gettext("for a week")}</option>
      </select>
    </label>
  );
}
