/** Which session the page's runs belong to. Knows no run. */

import { computed, effect, signal } from "@preact/signals";
import { boot } from "../store/draft";
import { loadFor, storeFor } from "../store/storage";

export interface Work {
  session: string;
  mine: boolean;
}

const KEY = location.pathname.startsWith("/compare") ? "work:comparison" : "work"; // a comparison is a piece of work of its own
const opened: Work | null = boot.session ? { session: boot.session.id, mine: boot.session.mine } : null;
/** Null: the next run begins a session. */
export const work = signal<Work | null>(opened ?? loadFor<Work>(sessionStorage, KEY));
effect(() => storeFor(sessionStorage, KEY, work.value?.mine ? work.value : null));

/** Whether what is on the screen is somebody else's run, as in a class. */
export const watching = signal(false);
/** Runs of others that are on this page's trees: what comes of them here is work of one's own. */
export const foreign = new Set<string>();

/** Somebody else's session: it can be looked at and forked, nothing more. */
export const readOnly = computed(() => watching.value || work.value?.mine === false);

/** Nobody answers questions about the runs of a session that is somebody else's. */
export const asksNothing = computed(() => !watching.value && work.value?.mine === false);

/** A run of the person's own is in `session`. */
export function enter(session: string): void {
  if (work.peek()?.session !== session) work.value = { session, mine: true };
}

export const leaveWork = (): void => void (work.value = null);
