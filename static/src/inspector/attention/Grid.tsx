/** Layers by heads, each a thumbnail: columns are positions looked at, rows the generated tokens. */

import { fill, gettext } from "../../i18n";
import { useCanvas } from "../../draw/canvas";
import { MEAN, sameHead, type Head } from "../../store/attention";
import { head } from "../../store/view";
import { headTitle } from "./titles";
import { columns, layers, maps, shownHead, watched } from "./state";

export function Grid() {
  return (
    <div
      class="attention-grid"
      data-testid="attention-grid"
      role="group"
      aria-label={gettext("Layers and heads")}
      style={{ "--columns": columns.value.length, "--layers": layers.value.length }}
      onKeyDown={keyDown}
    >
      <span class="axis corner" aria-hidden="true" />
      {columns.value.map((column) => (
        <span class="axis" key={`c${column}`} aria-hidden="true">
          {column === MEAN ? gettext("mean") : `H${column}`}
        </span>
      ))}
      {layers.value.map((layer) => (
        <Layer key={layer} layer={layer} />
      ))}
    </div>
  );
}

const MOVES: Record<string, [layers: number, heads: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** One stop for the tab key; the arrows go from head to head, over those that are not there. */
function keyDown(event: KeyboardEvent): void {
  const { layer, head: column } = shownHead.value;
  const end = { Home: 0, End: -1 }[event.key];
  const [down, right] = MOVES[event.key] ?? [0, 0];
  if (end === undefined && !down && !right) return;
  event.preventDefault();
  const next = end === undefined ? neighbour({ layer, head: column }, down, right) : watched.value.at(end);
  if (!next) return;
  head.value = next;
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-layer="${next.layer}"][data-head="${next.head}"]`)?.focus();
}

/** The next head in that direction that was watched. */
function neighbour({ layer, head: column }: Head, down: number, right: number): Head | undefined {
  let [row, place] = [layers.value.indexOf(layer), columns.value.indexOf(column)];
  let next: Head | undefined;
  do {
    [row, place] = [row + down, place + right];
    const [at, to] = [layers.value[row], columns.value[place]];
    if (at === undefined || to === undefined) return undefined;
    next = watched.value.find((other) => sameHead(other, { layer: at, head: to }));
  } while (!next);
  return next;
}

function Layer({ layer }: { layer: number }) {
  return (
    <>
      <span class="axis" aria-hidden="true" title={fill(gettext("Layer %(layer)s"), { layer })}>
        L{layer}
      </span>
      {columns.value.map((column) => (
        <Thumbnail key={column} of={{ layer, head: column }} />
      ))}
    </>
  );
}

function Thumbnail({ of }: { of: Head }) {
  const canvas = useCanvas((context, width, height) => maps.value.of(of)?.draw(context, width, height));
  const there = watched.value.some((other) => sameHead(other, of));
  return (
    <button
      type="button"
      class="thumbnail"
      aria-label={headTitle(of)}
      aria-pressed={sameHead(shownHead.value, of)}
      tabIndex={sameHead(shownHead.value, of) ? 0 : -1}
      disabled={!there}
      data-layer={of.layer}
      data-head={of.head}
      onClick={() => (head.value = of)}
    >
      <canvas ref={canvas} />
    </button>
  );
}
