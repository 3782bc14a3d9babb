/** A picture larger than its frame: scrolled, dragged, drawn closer and farther. Only says what of it is in sight; knows nothing of trees. */

import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { gettext } from "../../i18n";

const [CLOSEST, FARTHEST, STEP, WHEEL] = [2, 0.3, 1.25, 0.01];
const MARGIN = 200; // CSS pixels drawn beyond the edges
const PADDING = 8; // CSS pixels around the picture, as in the style sheet
const STILL = 4; // CSS pixels that a press may move

/** What is in sight, in the picture's own pixels. */
export interface Sight {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface PlaneProps {
  width: number;
  height: number;
  zoom: Signal<number>;
  hook: string;
  onScroll?: (frame: HTMLElement) => void;
  frame?: { current: HTMLDivElement | null };
  children: (sight: Sight, room: number) => ComponentChildren;
}

export function Plane({ width, height, zoom, hook, onScroll, frame = useRef<HTMLDivElement>(null), children }: PlaneProps) {
  const sight = useSignal<Sight>({ left: 0, top: 0, right: 0, bottom: 0 });
  const room = useSignal(0);
  const look = () => {
    if (!frame.current) return;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = frame.current;
    room.value = clientWidth - 2 * PADDING;
    sight.value = seen(scrollLeft, scrollTop, clientWidth, clientHeight, zoom.peek());
  };
  useEffect(look, [zoom.value, width, height]);
  useEffect(() => watch(frame.current, look, zoom), []);
  const scale = zoom.value;
  return (
    <div
      class="plane"
      ref={frame}
      data-testid={hook}
      onScroll={() => {
        look();
        if (frame.current) onScroll?.(frame.current);
      }}
      onPointerDown={(event) => frame.current && drag(event, frame.current)}
    >
      <div class="plane-ground" style={{ width: `${width * scale}px`, height: `${height * scale}px` }}>
        <div class="plane-picture" style={{ transform: scale === 1 ? undefined : `scale(${scale})` }}>
          {room.value > 0 && children(sight.value, room.value)}
        </div>
      </div>
    </div>
  );
}

const seen = (left: number, top: number, width: number, height: number, zoom: number): Sight => ({
  left: (left - MARGIN) / zoom,
  top: (top - MARGIN) / zoom,
  right: (left + width + MARGIN) / zoom,
  bottom: (top + height + MARGIN) / zoom,
});

/** Follows the frame's size, and the wheel where it means zoom (with Ctrl, as a pinch says it too). */
function watch(frame: HTMLElement | null, look: () => void, zoom: Signal<number>): (() => void) | undefined {
  if (!frame) return undefined;
  const observer = new ResizeObserver(look);
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomAround(frame, zoom, Math.exp(-event.deltaY * WHEEL), event.clientX, event.clientY);
  };
  observer.observe(frame);
  frame.addEventListener("wheel", wheel, { passive: false });
  return () => {
    observer.disconnect();
    frame.removeEventListener("wheel", wheel);
  };
}

/** What is under the pointer stays there. */
function zoomAround(frame: HTMLElement, zoom: Signal<number>, by: number, clientX: number, clientY: number): void {
  const before = zoom.peek();
  const { left, top } = frame.getBoundingClientRect();
  const [x, y] = [clientX - left, clientY - top];
  const [atX, atY] = [(frame.scrollLeft + x) / before, (frame.scrollTop + y) / before];
  zoomTo(zoom, before * by);
  requestAnimationFrame(() => frame.scrollTo(atX * zoom.peek() - x, atY * zoom.peek() - y));
}

const zoomTo = (zoom: Signal<number>, to: number): void => {
  zoom.value = Math.min(CLOSEST, Math.max(FARTHEST, to));
};

/** Moves the picture along with the mouse; a finger scrolls by itself. */
function drag(event: PointerEvent, frame: HTMLElement): void {
  if (event.pointerType !== "mouse" || event.button !== 0) return;
  const from = { x: event.clientX + frame.scrollLeft, y: event.clientY + frame.scrollTop };
  const move = ({ clientX, clientY }: PointerEvent) => {
    if (Math.hypot(clientX - event.clientX, clientY - event.clientY) < STILL) return;
    frame.classList.add("dragged");
    frame.scrollTo(from.x - clientX, from.y - clientY);
  };
  const end = () => {
    removeEventListener("pointermove", move);
    setTimeout(() => frame.classList.remove("dragged")); // after the click that follows
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
  addEventListener("pointercancel", end, { once: true });
}

const KEYS: Record<string, number> = { "+": STEP, "=": STEP, "-": 1 / STEP };

/** Does what a zoom key means. Whether it means anything. */
export function zoomKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, zoom: Signal<number>): boolean {
  if (ctrlKey || metaKey || altKey || !(key in KEYS || key === "0")) return false;
  zoomTo(zoom, key === "0" ? 1 : zoom.peek() * (KEYS[key] ?? 1));
  return true;
}

export function ZoomButtons({ zoom, fit }: { zoom: Signal<number>; fit: () => number }) {
  return (
    <span class="zoom-buttons" role="group" aria-label={gettext("Zoom")}>
      <Button title={gettext("Closer")} path="M8 3v10M3 8h10" act={() => zoomTo(zoom, zoom.peek() * STEP)} />
      <Button title={gettext("Farther")} path="M3 8h10" act={() => zoomTo(zoom, zoom.peek() / STEP)} />
      <Button
        title={gettext("Everything")}
        path="M6 2H2v4m8-4h4v4M6 14H2v-4m8 4h4v-4"
        act={() => zoomTo(zoom, zoom.peek() === 1 ? Math.min(1, fit()) : 1)}
      />
    </span>
  );
}

const Button = ({ title, path, act }: { title: string; path: string; act: () => void }) => (
  <button type="button" class="icon" aria-label={title} title={title} onClick={act}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  </button>
);
