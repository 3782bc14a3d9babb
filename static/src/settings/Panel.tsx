/** The settings: presets, then one group after the other as the schema names them, then what is watched. */

import { computed } from "@preact/signals";
import { gettext } from "../i18n";
import { boot, changeSampling, draft, faults, fields } from "../store/draft";
import { asksNothing } from "../work/work";
import { Bind, type Binding } from "./binding";
import { useGradual } from "./gradual";
import { Group } from "./Group";
import { Presets } from "./Presets";
import { Watching } from "./Watching";
import { Whose } from "./Whose";

const SEEN_AT_ONCE = 1; // groups

const ofNextRun: Binding = {
  prefix: "",
  values: computed(() => draft.value.sampling),
  faults,
  change: changeSampling,
  initial: ({ initial }) => initial,
};

export function Panel() {
  const drawn = useGradual(SEEN_AT_ONCE, boot.groups.length);
  return (
    <aside class="pane settings" id="settings" aria-label={gettext("Settings")}>
      <div class="settings-scroll">
        <Whose />
        <Bind value={ofNextRun}>
          <Presets />
          {boot.groups.slice(0, drawn).map(({ name, title }) => (
            <Group key={name} title={title} fields={fields.filter(({ group }) => group === name)} open={name === "sampling"} />
          ))}
        </Bind>
        {!asksNothing.value && <Watching />}
      </div>
    </aside>
  );
}
