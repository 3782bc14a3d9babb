/** Above the settings of somebody else's session: that they are its, and how to get one's own. */

import { gettext } from "../i18n";
import { asksNothing } from "../work/work";

export const Whose = () =>
  asksNothing.value ? <p class="settings-whose quiet">{gettext("As they were set for this session. Fork it to change them.")}</p> : null;
