/** The palette or the sheet, whichever is open. */

import { dialog } from "./open";
import { Palette } from "./Palette";
import { Sheet } from "./Sheet";

export const Dialogs = () => (dialog.value === "palette" ? <Palette /> : dialog.value === "sheet" ? <Sheet /> : null);
