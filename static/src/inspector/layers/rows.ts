/** What the rows of the lens are called: layers count from 0, as heads do. Pure. */

import { fill, gettext } from "../../i18n";

export const rowName = (row: number): string => (row === 0 ? gettext("in") : `L${row - 1}`);

export const afterLayer = (row: number): string =>
  row === 0 ? gettext("before the first layer") : fill(gettext("after layer %(layer)s"), { layer: row - 1 });
