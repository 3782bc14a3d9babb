/** The palette, the sheet of keys or the share dialog, whichever is open. */

import { Share } from "../work/Share";
import type { Offer } from "./offer";
import { dialog } from "./open";
import { Palette } from "./Palette";
import { Sheet } from "./Sheet";

export function Dialogs({ of: offer }: { of: Offer }) {
  if (dialog.value === "palette") return <Palette of={offer} />;
  if (dialog.value === "sheet") return <Sheet of={offer} />;
  return dialog.value === "share" ? <Share /> : null;
}
