/** Which model: of one lane, or of all that do not choose their own. */

import { fill, gettext } from "../i18n";
import { boot, change, draft } from "../store/draft";
import { letter, replace, sides } from "./sides";

export const titleOf = (model: string): string => boot.models.find(({ name }) => name === model)?.title ?? model;

export function ModelChoice({ of: key }: { of: number | null }) {
  const own = sides.value.find((side) => side.key === key)?.model ?? null;
  const label = key === null ? gettext("Model of all lanes") : fill(gettext("Model of lane %(letter)s"), { letter: letter(key) });
  const choose = (name: string) => (key === null ? change({ model: name }) : replace(key, { model: name || null }));
  return (
    <select
      class="select small model-choice"
      aria-label={label}
      value={key === null ? draft.value.model : (own ?? "")}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    >
      {key !== null && <option value="">{fill(gettext("As all: %(model)s"), { model: titleOf(draft.value.model) })}</option>}
      {boot.models.map(({ name, title }) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}
