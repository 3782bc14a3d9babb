/** What a head is called. */

import { fill, gettext } from "../../i18n";
import { MEAN, type Head } from "../../store/attention";

export const headTitle = ({ layer, head }: Head): string =>
  head === MEAN
    ? fill(gettext("Layer %(layer)s, mean of the heads"), { layer })
    : fill(gettext("Layer %(layer)s, head %(head)s"), { layer, head });
