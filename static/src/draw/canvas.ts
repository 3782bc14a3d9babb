/** A canvas as sharp as the screen, redrawn when its signals or its size change. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export type Draw = (context: CanvasRenderingContext2D, width: number, height: number, ratio: number) => void;

/** Sizes the backing store to the element and calls `draw` with device pixels. */
export function paint(canvas: HTMLCanvasElement | null, draw: Draw): void {
  if (!canvas?.clientWidth) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (context) draw(context, width, height, ratio);
}

export function useCanvas(draw: Draw): { current: HTMLCanvasElement | null } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  useSignalEffect(() => paint(canvas.current, latest.current));
  useEffect(() => {
    paint(canvas.current, latest.current);
    const observer = new ResizeObserver(() => paint(canvas.current, latest.current));
    if (canvas.current) observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  return canvas;
}
