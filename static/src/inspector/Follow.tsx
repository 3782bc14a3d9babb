/** Whether always the newest token is looked at. */

import { gettext } from "../i18n";

export const Follow = ({ on, toggle }: { on: boolean; toggle: () => void }) => (
  <button type="button" class="chip follow" aria-pressed={on} title={gettext("Always show the newest token")} onClick={toggle}>
    {gettext("Follow")}
  </button>
);
