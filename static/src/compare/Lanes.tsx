/** The lanes side by side: what each is, what differs, its text, and how far it has got. */

import { sentence } from "../errors";
import { fill, gettext, ngettext } from "../i18n";
import { runText, reasonText } from "../Status";
import { boot, draft, fields, placeOf } from "../store/draft";
import type { ErrorInfo } from "../protocol/generated";
import { showSettings } from "./commands";
import { LaneText } from "./LaneText";
import { ModelChoice, titleOf } from "./ModelChoice";
import { readOnly } from "../work/work";
import { isStale, runs, stateOf } from "./runs";
import { FEWEST, MOST, type Side } from "./kept";
import { add, differences, draftOf, letter, remove, replace, sides } from "./sides";
import { partingOf } from "./steps";
import { shownValue } from "./values";

export function Lanes() {
  return (
    <section class="lanes" aria-label={gettext("Lanes")} style={{ "--lanes": sides.value.length }}>
      {sides.value.map((side) => (
        <LaneOf key={side.key} side={side} />
      ))}
    </section>
  );
}

function LaneOf({ side }: { side: Side }) {
  const started = runs.value.get(side.key);
  const name = letter(side.key);
  return (
    <article class="pane lane" data-testid={`lane-${name}`} aria-label={fill(gettext("Lane %(letter)s"), { letter: name })}>
      <Head side={side} />
      <Chips side={side} />
      {started ? <LaneText key={started.lane.run.peek().askedAt ?? started.lane.id} side={side.key} run={started.lane.run} /> : <Empty />}
      <Errors errors={stateOf(side.key).errors} />
      <Foot side={side} />
    </article>
  );
}

const Empty = () => (
  <div class="lane-text">
    <p class="quiet lane-empty">{gettext("Not run yet.")}</p>
  </div>
);

function Head({ side }: { side: Side }) {
  const values = { letter: letter(side.key) };
  return (
    <header class="lane-head">
      <h2 class="lane-letter">
        <span class="visually-hidden">{fill(gettext("Lane %(letter)s"), values)}</span>
        <span aria-hidden="true">{values.letter}</span>
      </h2>
      {readOnly.value ? <span class="lane-model">{titleOf(draftOf(side).model)}</span> : <Controls side={side} />}
    </header>
  );
}

/** What changes a lane of one's own. */
function Controls({ side }: { side: Side }) {
  const values = { letter: letter(side.key) };
  return (
    <>
      <ModelChoice of={side.key} />
      <Button
        title={fill(gettext("Settings of lane %(letter)s"), values)}
        act={() => showSettings(side.key)}
        path="M2 4.5h6m4 0h2M2 11.5h2m4 0h6M10 2.7v3.6M6 9.7v3.6"
      />
      <Button
        title={fill(gettext("Duplicate lane %(letter)s"), values)}
        act={() => add(side, sides.value.indexOf(side))}
        disabled={sides.value.length >= MOST}
        path="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"
      />
      <Button
        title={fill(gettext("Remove lane %(letter)s"), values)}
        act={() => remove(side)}
        disabled={sides.value.length <= FEWEST}
        path="m4 4 8 8m0-8-8 8"
      />
    </>
  );
}

function Button({ title, act, path, disabled = false }: { title: string; act: () => void; path: string; disabled?: boolean }) {
  return (
    <button type="button" class="icon" aria-label={title} title={title} disabled={disabled} onClick={act}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

/** What the lane does otherwise than all share; pressed, it does so no more. */
function Chips({ side }: { side: Side }) {
  const found = differences(side);
  const { sampling, model } = draftOf(side);
  const otherModel = model !== draft.value.model;
  return (
    <ul class="lane-chips" aria-label={gettext("What differs")}>
      {found.length === 0 && !otherModel && <li class="quiet">{gettext("As all lanes are set up")}</li>}
      {otherModel && <Chip name="model" title={gettext("Model")} value={titleOf(model)} undo={() => replace(side.key, { model: null })} />}
      {found.map(({ name, title }) => (
        <Chip
          key={name}
          {...{ name, title }}
          value={shownValue(sampling[name])}
          undo={() => replace(side.key, { changes: without(side, name) })}
        />
      ))}
    </ul>
  );
}

const Chip = ({ name, title, value, undo }: { name: string; title: string; value: string; undo: () => void }) => (
  <li>
    <button
      type="button"
      class="chip"
      data-testid={`difference-${name}`}
      aria-label={readOnly.value ? undefined : fill(gettext("%(setting)s %(value)s: as all lanes again"), { setting: title, value })}
      title={readOnly.value ? undefined : gettext("As all lanes again")}
      disabled={readOnly.value}
      onClick={undo}
    >
      {title} <b>{value}</b>
      {!readOnly.value && <span aria-hidden="true"> ×</span>}
    </button>
  </li>
);

const without = ({ changes }: Side, name: string) => Object.fromEntries(Object.entries(changes).filter(([other]) => other !== name));

function Errors({ errors }: { errors: readonly ErrorInfo[] }) {
  if (errors.length === 0) return null;
  return (
    <div class="lane-errors" role="alert" data-testid="lane-error" data-code={errors[0]?.code}>
      {errors.map((error) => (
        <p class="fault" key={error.code}>
          {fieldTitle(error)}
          {sentence(error)}
        </p>
      ))}
    </div>
  );
}

function fieldTitle({ field }: ErrorInfo): string {
  const title = fields.find(({ name }) => name === placeOf(field))?.title;
  return title ? `${title}: ` : "";
}

/** Not a live region: several lanes would talk at once. The page says when all have ended. */
function Foot({ side }: { side: Side }) {
  const state = stateOf(side.key);
  const { phase, finished, tokens, id } = state;
  const parting = partingOf(side.key);
  return (
    <footer
      class="lane-foot"
      data-testid="lane-status"
      data-phase={phase}
      data-run={id ?? undefined}
      data-tokens={tokens.length}
      data-reason={finished?.reason}
      data-parting={parting ?? undefined}
    >
      <i class="status-dot" aria-hidden="true" />
      <span>{finished ? reasonText(finished.reason, finished.detail) : runText(state)}</span>
      {isStale(side) && <span class="stale">{gettext("The settings have changed since.")}</span>}
      {tokens.length > 0 && (
        <span class="figures count">{fill(ngettext("%(count)s token", "%(count)s tokens", tokens.length), { count: tokens.length })}</span>
      )}
    </footer>
  );
}

export function AddLane() {
  if (sides.value.length >= MOST) return null;
  const others = boot.models.filter(({ name }) => !sides.value.some((side) => draftOf(side).model === name));
  return (
    <p class="add-lane">
      <button type="button" class="button small" onClick={() => add({})}>
        {gettext("Add a lane")}
      </button>
      {others.map(({ name, title }) => (
        <button key={name} type="button" class="button small" onClick={() => add({ model: name })}>
          {fill(gettext("Add a lane with %(model)s"), { model: title })}
        </button>
      ))}
    </p>
  );
}
