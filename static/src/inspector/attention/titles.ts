/** What a head is called. */

import { fill, gettext } from "../../i18n";
import { ALL_LAYERS, MEAN, ROLLOUT, type Head } from "../../store/attention";

export function headTitle({ layer, head }: Head): string {
  if (layer === ROLLOUT) return gettext("Attention rollout");
  if (layer === ALL_LAYERS) return gettext("Mean of all layers and heads");
  return head === MEAN
    ? fill(gettext("Layer %(layer)s, mean of the heads"), { layer })
    : fill(gettext("Layer %(layer)s, head %(head)s"), { layer, head });
}
