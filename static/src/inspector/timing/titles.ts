/** What the parts of a run's time are called. */

import { gettext } from "../../i18n";
import type { Phase, Share } from "./spans";

export const phaseTitles = (): Record<Phase, string> => ({
  queue: gettext("Queue"),
  tokenize: gettext("Tokenise"),
  prefill: gettext("Prefill"),
  decode: gettext("Decode"),
});

export const shareTitles = (): Record<Share["name"], string> => ({
  ...phaseTitles(),
  forward: gettext("Forward passes"),
  sample: gettext("Stages and dice"),
  search: gettext("Search"),
  wait: gettext("Between steps"),
});
