/** The palette, the sheet of keys or the share dialog, whichever is open. */

import { Share } from "../work/Share";
import { dialog } from "./open";
import { Palette } from "./Palette";
import { Sheet } from "./Sheet";

export function Dialogs() {
  if (dialog.value === "palette") return <Palette />;
  if (dialog.value === "sheet") return <Sheet />;
  return dialog.value === "share" ? <Share /> : null;
}
