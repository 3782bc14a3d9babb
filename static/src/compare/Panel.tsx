/** The settings: those that all lanes share, or those of one lane, over the same controls. */

import { gettext, fill } from "../i18n";
import { Bind } from "../settings/binding";
import { useGradual } from "../settings/gradual";
import { Group } from "../settings/Group";
import { Presets } from "../settings/Presets";
import { Whose as WhoseSession } from "../settings/Whose";
import { Locked } from "../work/Locked";
import { boot, fields } from "../store/draft";
import { ModelChoice } from "./ModelChoice";
import { bindingOf, edited, letter, sides } from "./sides";

export function Panel() {
  const key = edited.value;
  const drawn = useGradual(1, boot.groups.length);
  return (
    <aside class="pane settings" id="settings" aria-label={gettext("Settings")}>
      <div class="settings-scroll" data-testid="settings-of" data-lane={key === null ? "all" : letter(key)}>
        <Whose />
        <WhoseSession />
        <div class="settings-model">
          <Locked>
            <ModelChoice of={key} />
          </Locked>
        </div>
        <Bind key={key} value={bindingOf(key)}>
          <Presets />
          {boot.groups.slice(0, drawn).map(({ name, title }) => (
            <Group key={name} title={title} fields={fields.filter(({ group }) => group === name)} open={name === "sampling"} />
          ))}
        </Bind>
      </div>
    </aside>
  );
}

function Whose() {
  const choices = [null, ...sides.value.map(({ key }) => key)];
  return (
    <fieldset class="segmented whose">
      <legend class="visually-hidden">{gettext("Whose settings")}</legend>
      {choices.map((key) => (
        <label key={key} title={key === null ? gettext("The settings that all lanes share") : undefined}>
          <input type="radio" name="whose" checked={edited.value === key} onChange={() => (edited.value = key)} />
          <span>
            {key === null ? (
              gettext("All lanes")
            ) : (
              <>
                <span class="visually-hidden">{fill(gettext("Lane %(letter)s"), { letter: letter(key) })}</span>
                <span aria-hidden="true">{letter(key)}</span>
              </>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
