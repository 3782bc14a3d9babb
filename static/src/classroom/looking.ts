/** What is looked at on this page: read from the signals that panels draw, and set. Knows no room. */

import { computed, type Signal } from "@preact/signals";
import { byWords, whole } from "../inspector/attention/state";
import { closer, zoomTo } from "../inspector/attention/mapState";
import { candidates } from "../inspector/choice/asked";
import { unit } from "../inspector/choice/Candidate";
import { explained } from "../inspector/choice/Head";
import { shows, view as layersView } from "../inspector/layers/state";
import { head, hideFirst, metric, picked, scale, tab } from "../store/view";
import { fitting, zoomIn, type Looked, type Value } from "./glance";

const SHARED: Record<string, Signal<unknown>> = {
  picked,
  tab,
  metric,
  stage: explained,
  unit,
  scale,
  candidates,
  hideFirst,
  whole,
  byWords,
  layersView,
  shows,
};

export const looked = computed<Looked>(() => {
  const at = closer.value;
  return {
    ...Object.fromEntries(Object.entries(SHARED).map(([name, { value }]) => [name, value as Value])),
    layer: head.value.layer,
    head: head.value.head,
    zoomX: at && at.x,
    zoomY: at && at.y,
    zoomColumns: at && at.columns,
    zoomRows: at && at.rows,
  };
});

/** Looks where `view` says, as far as this page knows what it says. */
export function look(view: Looked): void {
  const wanted = fitting(view);
  for (const [name, shared] of Object.entries(SHARED)) if (name in wanted) shared.value = wanted[name];
  if (typeof wanted.layer === "number" && typeof wanted.head === "number") head.value = { layer: wanted.layer, head: wanted.head };
  if ("zoomX" in wanted) zoomTo(zoomIn(wanted));
}
