/** The panels of the inspector, in their order. */

import { gettext } from "../i18n";
import type { Tab } from "../store/view";

export const inspectorTabs = (): { name: Tab; title: string }[] => [
  { name: "choice", title: gettext("Choice") },
  { name: "attention", title: gettext("Attention") },
  { name: "layers", title: gettext("Layers") },
  { name: "timing", title: gettext("Timing") },
  { name: "whatif", title: gettext("What if") },
  { name: "tree", title: gettext("Tree") },
  { name: "code", title: gettext("Code") },
];
