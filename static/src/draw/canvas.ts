/** A canvas as sharp as the screen, redrawn when its signals or its size change. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export type Draw = (context: CanvasRenderingContext2D, width: number, height: number, ratio: number) => void;

interface Size {
  width: number;
  height: number;
}

/** Sizes the backing store and calls `draw` with device pixels. */
function paint(canvas: HTMLCanvasElement | null, size: Size, draw: Draw): void {
  if (!canvas || !size.width) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (context) draw(context, width, height, ratio);
}

/** The size comes from the observer: asking the element would force a layout at every token. */
export function useCanvas(draw: Draw): { current: HTMLCanvasElement | null } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  const latest = useRef(draw);
  latest.current = draw;
  useSignalEffect(() => paint(canvas.current, size.value, latest.current));
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
    });
    if (canvas.current) observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  return canvas;
}
