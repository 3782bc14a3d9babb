/** A list of sessions: open, search, rename, delete, take in and out as files. */

import { signal } from "@preact/signals";
import { fill, gettext, ngettext } from "../i18n";
import { exportAddress, pageAddress, type SessionRow } from "../work/api";
import { choose, chosen, deleteChosen, importFile, isGallery, listed, page, rename, retag, search, trouble, turn } from "./rows";
import { tagsIn } from "./tags";

const sure = signal(false);

export function Library() {
  return (
    <main class="library">
      <nav class="library-head" aria-label={gettext("Pages")}>
        <a href="/">{gettext("Playground")}</a>
        <a href="/sessions" aria-current={isGallery ? undefined : "page"}>
          {gettext("Your sessions")}
        </a>
        <a href="/gallery" aria-current={isGallery ? "page" : undefined}>
          {gettext("Gallery")}
        </a>
        <a href="/account/">{gettext("Account")}</a>
      </nav>
      <h1>{isGallery ? gettext("Gallery") : gettext("Your sessions")}</h1>
      {!isGallery && <Tools />}
      {trouble.value !== null && (
        <p class="fault" role="alert">
          {trouble.value}
        </p>
      )}
      <List />
      <Pages />
    </main>
  );
}

function Tools() {
  return (
    <div class="controls">
      <input
        type="search"
        class="number wide library-search"
        maxLength={200}
        placeholder={gettext("Search title, notes and tags")}
        aria-label={gettext("Search title, notes and tags")}
        onInput={({ currentTarget }) => search(currentTarget.value)}
      />
      <label class="button library-import">
        {gettext("Import a file")}
        <input
          type="file"
          class="visually-hidden"
          accept=".logitscope,.zip"
          data-testid="import"
          onChange={({ currentTarget: { files } }) => files?.[0] && void importFile(files[0])}
        />
      </label>
      <Delete />
    </div>
  );
}

/** Asks once more before anything is lost. */
function Delete() {
  const count = chosen.value.size;
  if (count === 0) return null;
  if (!sure.value)
    return (
      <button type="button" class="button" data-testid="delete" onClick={() => (sure.value = true)}>
        {gettext("Delete …")}
      </button>
    );
  const question = fill(ngettext("Delete %(count)s session for good", "Delete %(count)s sessions for good", count), { count });
  return (
    <span class="controls" role="group">
      <button
        type="button"
        class="button primary"
        data-testid="delete-sure"
        onClick={() => void deleteChosen().then(() => (sure.value = false))}
      >
        {question}
      </button>
      <button type="button" class="button" onClick={() => (sure.value = false)}>
        {gettext("Keep")}
      </button>
    </span>
  );
}

function List() {
  if (!listed.value) return null;
  if (listed.value.sessions.length === 0) return <p class="quiet">{gettext("No session is here.")}</p>;
  return (
    <ul class="library-list">
      {listed.value.sessions.map((row) => (
        <Row key={row.id} row={row} />
      ))}
    </ul>
  );
}

function Row({ row }: { row: SessionRow }) {
  const name = row.title || gettext("Untitled");
  const told = [
    ...(row.comparison ? [gettext("Comparison")] : []),
    fill(ngettext("%(count)s run", "%(count)s runs", row.runs_count), { count: row.runs_count }),
    new Date(row.updated).toLocaleString(document.documentElement.lang),
    ...(isGallery ? row.tags : []),
  ];
  return (
    <li data-testid="session">
      {!isGallery && (
        <input
          type="checkbox"
          aria-label={fill(gettext("Choose %(name)s"), { name })}
          checked={chosen.value.has(row.id)}
          onChange={({ currentTarget }) => choose(row.id, currentTarget.checked)}
        />
      )}
      {isGallery ? (
        <span class="library-title">{name}</span>
      ) : (
        <input
          class="number wide library-title"
          maxLength={120}
          value={row.title}
          aria-label={fill(gettext("Title of %(name)s"), { name })}
          onChange={({ currentTarget }) => void rename(row.id, currentTarget.value)}
        />
      )}
      {!isGallery && (
        <input
          class="number wide library-tags"
          value={row.tags.join(", ")}
          placeholder={gettext("Tags, with commas")}
          aria-label={fill(gettext("Tags of %(name)s"), { name })}
          data-testid="tags"
          onChange={({ currentTarget }) => void retag(row.id, tagsIn(currentTarget.value))}
        />
      )}
      <span class="quiet library-facts">{told.join(" · ")}</span>
      <a class="button small" href={pageAddress(row.id)} aria-label={fill(gettext("Open %(name)s"), { name })}>
        {gettext("Open")}
      </a>
      <a class="button small" href={exportAddress(row.id)} download aria-label={fill(gettext("Export %(name)s"), { name })}>
        {gettext("Export")}
      </a>
    </li>
  );
}

function Pages() {
  const all = listed.value?.pages ?? 1;
  if (all < 2) return null;
  return (
    <div class="controls">
      <button type="button" class="button small" disabled={page.value <= 1} onClick={() => turn(page.value - 1)}>
        {gettext("Newer")}
      </button>
      <span class="figures">
        {page.value} / {all}
      </span>
      <button type="button" class="button small" disabled={page.value >= all} onClick={() => turn(page.value + 1)}>
        {gettext("Older")}
      </button>
    </div>
  );
}
