/** What the playground saves of itself: prompt, settings and tree. */

import { branches } from "../branching/tree";
import { packed } from "../store/branches";
import { draft } from "../store/draft";
import { savedOf, type Saved } from "./asked";
import { session } from "./open";
import { saving } from "./saving";
import { work } from "./work";

/** From now on. */
export const keepSaved = (): void => saving(() => ({ ...others(), page: draft.value, branches: packed(branches.value) }));

/** A comparison whose run is looked at here stays one. */
function others(): Saved {
  const { comparison } = session.value && session.value.id === work.value?.session ? savedOf(session.value) : {};
  return comparison === undefined ? {} : { comparison };
}
