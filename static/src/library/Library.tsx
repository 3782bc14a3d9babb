/** A list of sessions: open, search, rename, delete, take in and out as files. */

import { signal } from "@preact/signals";
import { fill, gettext, ngettext } from "../i18n";
import { exportAddress, pageAddress, type SessionRow } from "../work/api";
import { choose, chosen, deleteChosen, importFile, isGallery, listed, page, query, rename, retag, search, trouble, turn } from "./rows";
import { tagsIn } from "./tags";
import { ago } from "./when";

const sure = signal(false);

export function Library() {
  return (
    <main class="library">
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
  if (listed.value.sessions.length === 0)
    return query.value ? <p class="quiet">{gettext("Nothing that you kept has this in it.")}</p> : <Empty />;
  return (
    <ul class={isGallery ? "gallery-list" : "library-list"}>
      {listed.value.sessions.map((row) => (isGallery ? <Shown key={row.id} row={row} /> : <Own key={row.id} row={row} />))}
    </ul>
  );
}

/** What will be here, and how it comes here. */
const Empty = () => (
  <div class="library-empty" data-testid="empty">
    <p>{isGallery ? gettext("Nobody shows anything yet.") : gettext("Nothing is kept yet.")}</p>
    <p class="quiet">
      {isGallery
        ? gettext(
            "Choose “Gallery” under Share in the playground: then everybody who comes here finds that session, and can replay it token by token.",
          )
        : gettext("What you run in the playground is kept here as you go: prompt, settings, branches and every token with its trace.")}
    </p>
    <a class="button" href="/">
      {gettext("To the playground")}
    </a>
  </div>
);

const named = (row: SessionRow): string => row.title || gettext("Untitled");

/** A session of one's own: its name and tags are changed where they stand. */
function Own({ row }: { row: SessionRow }) {
  const name = named(row);
  return (
    <li data-testid="session">
      <input
        type="checkbox"
        aria-label={fill(gettext("Choose %(name)s"), { name })}
        checked={chosen.value.has(row.id)}
        onChange={({ currentTarget }) => choose(row.id, currentTarget.checked)}
      />
      <div class="library-row">
        <input
          class="library-title"
          maxLength={120}
          value={row.title}
          placeholder={gettext("Untitled")}
          aria-label={fill(gettext("Title of %(name)s"), { name })}
          onChange={({ currentTarget }) => void rename(row.id, currentTarget.value)}
        />
        <Facts row={row} />
      </div>
      <input
        class="library-tags"
        value={row.tags.join(", ")}
        placeholder={gettext("Tags, with commas")}
        aria-label={fill(gettext("Tags of %(name)s"), { name })}
        data-testid="tags"
        onChange={({ currentTarget }) => void retag(row.id, tagsIn(currentTarget.value))}
      />
      <span class="library-acts">
        <a class="button small" href={pageAddress(row.id)} aria-label={fill(gettext("Open %(name)s"), { name })}>
          {gettext("Open")}
        </a>
        <Export row={row} />
      </span>
    </li>
  );
}

/** A session that somebody shows: the whole card opens it. */
function Shown({ row }: { row: SessionRow }) {
  const name = named(row);
  return (
    <li data-testid="session">
      <a class="gallery-title" href={pageAddress(row.id)} aria-label={fill(gettext("Open %(name)s"), { name })}>
        {name}
      </a>
      {row.tags.length > 0 && (
        <ul class="gallery-tags">
          {row.tags.map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
      <span class="gallery-end">
        <Facts row={row} />
        <Export row={row} />
      </span>
    </li>
  );
}

const Export = ({ row }: { row: SessionRow }) => (
  <a class="button small" href={exportAddress(row.id)} download aria-label={fill(gettext("Export %(name)s"), { name: named(row) })}>
    {gettext("Export")}
  </a>
);

function Facts({ row }: { row: SessionRow }) {
  const seen = { private: "", link: gettext("Shared by link"), gallery: gettext("In the gallery") }[row.visibility];
  const told = [
    ...(row.comparison ? [gettext("Comparison")] : []),
    fill(ngettext("%(count)s run", "%(count)s runs", row.runs_count), { count: row.runs_count }),
    ...(isGallery || !seen ? [] : [seen]),
  ];
  const language = document.documentElement.lang;
  return (
    <span class="quiet library-facts">
      {told.join(" · ")} ·{" "}
      <time dateTime={row.updated} title={new Date(row.updated).toLocaleString(language)}>
        {ago(Date.parse(row.updated), Date.now(), language)}
      </time>
    </span>
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
