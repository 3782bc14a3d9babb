/** The tokens of the vocabulary that somebody wants to see whatever becomes of them. Of the model on the screen; another has other tokens. */

import { computed, signal } from "@preact/signals";
import { run } from "../../store/view";

/** A token that somebody wants to see whatever becomes of it. */
export interface Followed {
  id: number;
  piece: Uint8Array;
}

const pinned = signal<{ model: string; tokens: readonly Followed[] }>({ model: "", tokens: [] });
const modelName = computed(() => run.value.model?.name ?? "");
/** Of the vocabulary of the model on the screen. */
export const followed = computed(() => (pinned.value.model === modelName.value ? pinned.value.tokens : []));
export const MOST_FOLLOWED = 16;

export const isFollowed = (id: number): boolean => followed.value.some((one) => one.id === id);

export function follow(one: Followed): void {
  if (!isFollowed(one.id)) pinned.value = { model: modelName.value, tokens: [...followed.value, one].slice(-MOST_FOLLOWED) };
}

export function unfollow(id: number): void {
  pinned.value = { model: modelName.value, tokens: followed.value.filter((one) => one.id !== id) };
}
