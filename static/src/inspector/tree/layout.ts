/** Where the forks of a tree stand: side by side where there is room, one below the other on a phone. Pure. */

import { hierarchy, tree, type HierarchyNode, type HierarchyPointNode } from "d3-hierarchy";
import { linesOf, severalIn, type Line } from "./ends";
import type { End, Fork } from "./forest";

export const LINE = 20; // CSS pixels from the top of a box to the line under its text
export const SCORE = 17; // a line of scores under it
const [BOX, GAP, FOOT, COLUMN, BEND] = [280, 10, 8, 324, 14];
export const PAD = 6; // left and right of the text in a box
const [INDENT, MOST_INDENT] = [14, 8]; // deeper ones on a phone stand no farther in

export interface Placed {
  fork: Fork;
  lines: readonly Line[]; // what stands under its text
  level: number; // 1: a prompt
  place: number; // among its siblings, from 1
  siblings: number;
  parent: string | null; // its key
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Plan {
  placed: readonly Placed[]; // each before what is below it
  links: readonly { key: string; path: string; current: boolean }[];
  width: number;
  height: number;
  columns: boolean; // whether a level is a column
}

type Laid = HierarchyNode<Fork>;
type Written = (fork: Fork, width: number) => readonly Line[];

/** What stands under each fork, where a box is so wide. */
function writtenFor(forks: readonly Fork[]): Written {
  const several = severalIn(forks);
  return ({ ends }, width) => ends.flatMap((end: End) => linesOf(end, several(end), width - 2 * PAD));
}

const heightOf = (lines: readonly Line[]): number => LINE + lines.length * SCORE + FOOT;

/** The tidy tree from left to right. The box of a fork is as high as its scores need. */
export function wide(forks: readonly Fork[]): Plan {
  const written = writtenFor(forks);
  const high = ({ data }: Laid): number => heightOf(written(data, BOX));
  const all = tree<Fork>()
    .nodeSize([1, COLUMN])
    .separation((a, b) => (high(a) + high(b)) / 2 + GAP)(rooted(forks));
  const nodes: HierarchyPointNode<Fork>[] = [];
  all.eachBefore((node) => void (node.depth > 0 && nodes.push(node)));
  const top = Math.min(0, ...nodes.map((node) => node.x - high(node) / 2));
  const boxes = nodes.map((node) => ({ x: (node.depth - 1) * COLUMN, y: node.x - high(node) / 2 - top, width: BOX }));
  return planned(nodes, boxes, written, true, (from, to) => {
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + LINE, to.x, to.y + LINE];
    return `M${x1} ${y1}C${(x1 + x2) / 2 + BEND} ${y1} ${(x1 + x2) / 2 - BEND} ${y2} ${x2} ${y2}`;
  });
}

/** An outline as wide as `room`: every fork on a line of its own. */
export function narrow(forks: readonly Fork[], room: number): Plan {
  const nodes: Laid[] = [];
  rooted(forks).eachBefore((node) => void (node.depth > 0 && nodes.push(node)));
  const written = writtenFor(forks);
  let y = 0;
  const boxes = nodes.map(({ depth, data }) => {
    const x = Math.min(depth - 1, MOST_INDENT) * INDENT;
    const box = { x, y, width: room - x };
    y += heightOf(written(data, box.width)) + GAP / 2;
    return box;
  });
  return planned(nodes, boxes, written, false, (from, to) => `M${from.x + 4} ${from.y + LINE}V${to.y + LINE}H${to.x}`);
}

/** d3 wants one root: it stands at depth 0 and is not drawn. */
const rooted = (forks: readonly Fork[]): Laid => hierarchy<Fork>({ children: forks, ends: [] } as unknown as Fork);

type Box = Pick<Placed, "x" | "y" | "width">;

type Link = (from: Placed, to: Placed) => string;

function planned(nodes: readonly Laid[], boxes: readonly Box[], written: Written, columns: boolean, link: Link): Plan {
  const placed = nodes.map((node, k) => {
    const box = boxes[k] as Box;
    const lines = written(node.data, box.width);
    return { ...box, ...standing(node), lines, height: heightOf(lines) };
  });
  const at = new Map(placed.map((each) => [each.fork.key, each]));
  const links = placed.flatMap((to) => {
    const from = to.parent === null ? undefined : at.get(to.parent);
    return from ? [{ key: to.fork.key, path: link(from, to), current: to.fork.current }] : [];
  });
  const width = Math.max(0, ...placed.map(({ x, width }) => x + width));
  return { placed, links, width, height: Math.max(0, ...placed.map(({ y, height }) => y + height)), columns };
}

function standing(node: Laid): Pick<Placed, "fork" | "level" | "place" | "siblings" | "parent"> {
  const siblings = node.parent?.children ?? [node];
  const parent = node.depth > 1 ? (node.parent?.data.key ?? null) : null;
  return { fork: node.data, level: node.depth, place: siblings.indexOf(node) + 1, siblings: siblings.length, parent };
}

const AHEAD: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };

/** The fork that a key leads to from the one called `key`; null where it leads nowhere. */
export function neighbour({ placed, columns }: Plan, key: string, pressed: string): string | null {
  const at = placed.findIndex(({ fork }) => fork.key === key);
  const here = placed[at];
  if (!here) return null;
  if (pressed === "ArrowLeft") return here.parent;
  if (pressed === "ArrowRight") return here.fork.children[0]?.key ?? null;
  if (pressed === "Home") return placed[0]?.fork.key ?? null;
  if (pressed === "End") return placed.at(-1)?.fork.key ?? null;
  const step = AHEAD[pressed];
  return step === undefined ? null : ((columns ? beside(placed, here, step) : null) ?? placed[at + step]?.fork.key ?? null);
}

/** The next one up or down in a column. */
function beside(placed: readonly Placed[], here: Placed, step: number): string | null {
  const column = placed.filter(({ level }) => level === here.level).sort((a, b) => a.y - b.y);
  return column[column.indexOf(here) + step]?.fork.key ?? null;
}
