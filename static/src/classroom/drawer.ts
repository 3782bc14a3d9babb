/** Which drawer of the teacher's console is open. */

import { signal } from "@preact/signals";

export type Drawer = "lessons" | "game" | "people" | "hand-ins" | "room";
export const drawer = signal<Drawer | null>(null);
