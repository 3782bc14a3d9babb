/** The palette, the sheet of keys, the share dialog or the presets, whichever is open. */

import { OwnPresets } from "../settings/OwnPresets";
import { Share } from "../work/Share";
import type { Offer } from "./offer";
import { dialog } from "./open";
import { Palette } from "./Palette";
import { Sheet } from "./Sheet";

export function Dialogs({ of: offer }: { of: Offer }) {
  if (dialog.value === "palette") return <Palette of={offer} />;
  if (dialog.value === "sheet") return <Sheet of={offer} />;
  if (dialog.value === "presets") return <OwnPresets />;
  return dialog.value === "share" ? <Share /> : null;
}
