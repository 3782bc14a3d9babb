/** Branches and samples as one tree: what they share once, a fork where they part, each end with its scores. */

import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { branchesPicture } from "../../export/pictures/branches";
import { SavePicture } from "../../export/SavePicture";
import { fill, gettext, ngettext } from "../../i18n";
import type { Line } from "./ends";
import type { Fork } from "./forest";
import { LINE, narrow, neighbour, PAD, SCORE, wide, type Placed, type Plan } from "./layout";
import { Plane, zoomKey, ZoomButtons, type Sight } from "./Plane";
import { fetchMissing, forest, go, missing } from "./state";
import { shortened, spelled } from "./words";

const NARROW = 560; // CSS pixels of room under which the tree is an outline
const SPOKEN = 240; // characters of a text that are read out
const SMALLEST = 0.9; // zoom under which the tree is scrolled rather than shown whole: letters of 11 pixels
const LETTER = 7.3; // CSS pixels to a column of text

export function BranchTree() {
  const zoom = useSignal(1);
  const room = useSignal(0);
  const looked = useSignal<string | null>(null);
  const outlined = room.value > 0 && room.value < NARROW;
  const forks = forest.value;
  const plan = useMemo(() => (outlined ? narrow(forks, room.value) : wide(forks)), [forks, outlined, outlined && room.value]);
  useEffect(() => fetchMissing(), [missing.value]);
  const fitted = useRef(1); // another zoom is a person's
  useEffect(() => {
    if (room.value === 0 || zoom.peek() !== fitted.current) return;
    zoom.value = fitted.current = outlined ? 1 : Math.max(SMALLEST, Math.min(1, room.value / plan.width));
  }, [plan.width, room.value, outlined]);
  const frame = useRef<HTMLDivElement>(null);
  const here = currentOf(plan);
  useEffect(() => {
    if (here && !outlined) frame.current?.scrollTo({ left: (here.x + here.width) * zoom.peek() - room.peek() });
  }, [here?.fork.key, here?.x, room.value]); // the end of the text on the screen is in sight
  return (
    <section class="branch-tree" aria-label={gettext("Branches and samples")}>
      <div class="controls">
        <h3>{gettext("Branches and samples")}</h3>
        <span class="tree-tools">
          <ZoomButtons zoom={zoom} fit={() => room.peek() / plan.width} />
          <SavePicture what="tree" title={gettext("Branches and samples")} draw={(palette) => branchesPicture(wide(forks), palette)} />
        </span>
      </div>
      <p class="quiet tree-help">
        {gettext("Σ is the sum of the tokens’ log-probabilities, ⌀ their mean. Press a text to go there; arrows move, + − 0 zoom.")}
      </p>
      <Plane width={plan.width} height={plan.height} zoom={zoom} hook="branch-tree" frame={frame}>
        {(sight, space) => {
          room.value = space;
          return <Drawn plan={plan} sight={sight} zoom={zoom} looked={looked} />;
        }}
      </Plane>
      <Readout placed={plan.placed.find(({ fork }) => fork.key === looked.value) ?? here} />
      <Missing />
    </section>
  );
}

/** All of a text that its box shortens, in a place of its own: nothing jumps. A line ends at a blank, though that is shown as a dot. */
function Readout({ placed }: { placed: Placed | undefined }) {
  if (!placed) return null;
  return (
    <p class="tree-readout" tabindex={0} role="region" aria-label={gettext("The whole text")} data-testid="tree-readout" lang="">
      {spelled(placed.fork).replaceAll("·", "·\u200b") || "∅"}
    </p>
  );
}

function Missing() {
  const { length } = missing.value;
  if (length === 0) return null;
  return (
    <p class="quiet">
      {fill(ngettext("%(count)s more branch is with the server.", "%(count)s more branches are with the server.", length), {
        count: length,
      })}{" "}
      <button type="button" class="button small" onClick={() => fetchMissing()}>
        {gettext("Fetch")}
      </button>
    </p>
  );
}

interface DrawnProps {
  plan: Plan;
  sight: Sight;
  zoom: { value: number } & Parameters<typeof zoomKey>[1];
  looked: Signal<string | null>; // whose text is shown whole
}

function Drawn({ plan, sight, zoom, looked }: DrawnProps) {
  const focused = useSignal<string | null>(null);
  const moved = useRef(false);
  const picture = useRef<SVGSVGElement>(null);
  const here = plan.placed.find(({ fork }) => fork.key === focused.value) ?? currentOf(plan);
  useLayoutEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    const element = picture.current?.querySelector<SVGElement>('[tabindex="0"]');
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [focused.value]);
  const keyDown = (event: KeyboardEvent) => {
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = neighbour(plan, here.fork.key, event.key);
    if (to) [focused.value, moved.current] = [to, true];
    else if (event.key === "Enter" || event.key === " ") go(here.fork);
    else if (!zoomKey(event, zoom) && !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const press = (fork: Fork) => {
    if (picture.current?.closest(".dragged")) return;
    focused.value = fork.key;
    go(fork);
  };
  const look = ({ key }: Fork, isFocused: boolean) => {
    looked.value = key;
    if (isFocused) focused.value = key; // however the focus came there, the keys go on from it
  };
  const seen = plan.placed.filter((each) => each === here || isSeen(each, sight));
  return (
    <svg
      class="tree-picture"
      width={plan.width}
      height={plan.height}
      role="tree"
      aria-label={gettext("Branches and samples")}
      ref={picture}
      onKeyDown={keyDown}
    >
      <g aria-hidden="true" class="tree-links">
        {plan.links.map(({ key, path, current }) => (
          <path key={key} class={current ? "current" : undefined} d={path} />
        ))}
      </g>
      {seen.map((placed) => (
        <Item key={placed.fork.key} placed={placed} isHere={placed === here} press={press} look={look} />
      ))}
    </svg>
  );
}

/** The fork at which what is on the screen ends, or the last that it goes through. */
const currentOf = ({ placed }: Plan): Placed | undefined => placed.findLast(({ fork }) => fork.current) ?? placed[0];

const isSeen = ({ x, y, width, height }: Placed, { left, top, right, bottom }: Sight): boolean =>
  x < right && x + width > left && y < bottom && y + height > top;

interface ItemProps {
  placed: Placed;
  isHere: boolean;
  press: (fork: Fork) => void;
  look: (fork: Fork, isFocused: boolean) => void;
}

function Item({ placed, isHere, press, look }: ItemProps) {
  const { fork, lines, x, y, width, height } = placed;
  const shown = fork.ends.some(({ current }) => current);
  return (
    <g
      role="treeitem"
      class={["tree-item", fork.current && "current", shown && "shown", fork.from < 0 && "prompt"].filter(Boolean).join(" ")}
      transform={`translate(${x} ${y})`}
      tabindex={isHere ? 0 : -1}
      aria-level={placed.level}
      aria-posinset={placed.place}
      aria-setsize={placed.siblings}
      aria-expanded={fork.children.length > 0 ? true : undefined}
      aria-selected={shown}
      aria-description={Array.from(spelled(fork)).slice(0, SPOKEN).join("")}
      data-testid="fork"
      data-from={fork.from}
      data-ids={fork.ids.join(" ")}
      data-ends={fork.ends.length}
      onClick={() => press(fork)}
      onPointerEnter={() => look(fork, false)}
      onFocus={() => look(fork, true)}
    >
      <rect class="tree-ground" x={-2} y={0} width={width + 4} height={height} rx={5} />
      <text class="tree-text" x={PAD} y={LINE - 6} lang="" xml:space="preserve">
        {shortened(fork, Math.floor((width - 2 * PAD) / LETTER))}
      </text>
      <path class="tree-line" d={`M0 ${LINE}H${width}`} />
      {lines.map((line, k) => (
        <EndLine key={`${line.end.node}:${line.end.name}:${k}`} line={line} y={LINE + 13 + k * SCORE} />
      ))}
    </g>
  );
}

/** The first line of an end has a name and carries its numbers. */
function EndLine({ line: { end, name, text }, y }: { line: Line; y: number }) {
  const numbers = name && {
    "data-testid": "end",
    "data-node": end.node,
    "data-total": end.total,
    "data-mean": end.mean ?? undefined,
    "data-tokens": end.tokens,
    "data-reason": end.reason ?? undefined,
  };
  return (
    <text class={end.current ? "tree-end shown" : "tree-end"} x={PAD} y={y} {...numbers}>
      {name && <tspan class="tree-name">{name}</tspan>}
      {text}
    </text>
  );
}
