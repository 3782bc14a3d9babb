/** Which of the dialogs is open. */

import { signal } from "@preact/signals";

export const dialog = signal<"palette" | "sheet" | "share" | "presets" | null>(null);

export const openPalette = (): void => void (dialog.value = "palette");
export const openSheet = (): void => void (dialog.value = "sheet");
export const closeDialog = (): void => void (dialog.value = null);
