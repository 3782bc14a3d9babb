/** SVG as text. Everything that is text is escaped here and nowhere else. Pure. */

type Attributes = Record<string, string | number | undefined>;

export interface Palette {
  surface: string;
  faint: string;
  line: string;
  "line-strong": string;
  quiet: string;
  text: string;
  accent: string;
  "on-accent": string;
  "accent-soft": string;
  warm: string;
}

export interface Picture {
  width: number;
  height: number;
  body: string;
}

const FONT = `font-family="Inter, 'Helvetica Neue', Arial, 'Noto Sans CJK TC', sans-serif" font-size="12" style="font-variant-numeric: tabular-nums"`;
// XML has no character for most controls, and a lone surrogate is none anywhere.
const UNSPEAKABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export const escaped = (text: string): string => text.replace(UNSPEAKABLE, "\ufffd").replace(/[&<>"]/g, (each) => ENTITIES[each] ?? each);

export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(typeof value === "number" ? rounded(value) : value)}"`],
  );
  return `<${name}${written.join("")}${children.length ? `>${children.join("")}</${name}>` : "/>"}`;
}

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

export const rect = (x: number, y: number, width: number, height: number, fill: string, more: Attributes = {}): string =>
  element("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), fill, ...more });

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string =>
  element("line", { x1, y1, x2, y2, stroke, "stroke-width": width });

export const text = (x: number, y: number, said: string, fill: string, more: Attributes = {}): string =>
  element("text", { x, y, fill, "xml:space": "preserve", ...more }, escaped(said));

/** A whole file. */
export function file({ width, height, body }: Picture, palette: Palette): string {
  const ground = rect(0, 0, width, height, palette.surface);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT}>${ground}${body}</svg>\n`;
}

/** `said` in at most so many columns; a Chinese character takes two. */
export function clipped(said: string, columns: number): string {
  let room = columns;
  const kept = Array.from(said).filter((each) => (room -= (each.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1) >= 0);
  return kept.length < Array.from(said).length ? `${kept.slice(0, -1).join("")}…` : said;
}
