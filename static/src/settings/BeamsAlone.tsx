/** Beam search takes no settings that shape what the dice fall on: offers to make them all neutral at once. */

import { gettext, inList } from "../i18n";
import { fields } from "../store/draft";
import { useBinding } from "./binding";
import { againstBeams } from "./schema";

export function BeamsAlone() {
  const { values, change } = useBinding();
  const inTheWay = againstBeams(fields, values.value);
  if (inTheWay.length === 0) return null;
  const neutral = Object.fromEntries(inTheWay.map(({ name, neutral }) => [name, neutral]));
  return (
    <div class="note in-the-way" data-testid="beams-alone">
      <p>
        {gettext("Beam search draws no dice, so that nothing may shape what they would fall on:")}{" "}
        {inList(inTheWay.map(({ title }) => title))}
      </p>
      <button type="button" class="button small" onClick={() => change(neutral)}>
        {gettext("Make them neutral")}
      </button>
    </div>
  );
}
