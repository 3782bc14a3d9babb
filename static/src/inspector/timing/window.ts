/** The part of the time line that is shown. Pure. */

export interface Window {
  from: number; // ms since submission
  to: number;
}

const LEAST_MS = 0.5; // closer there is nothing to see

/** `factor` times as much of the time, `at` staying where it is, within 0 and `total`. */
export function zoomed({ from, to }: Window, factor: number, at: number, total: number): Window {
  const width = Math.min(total, Math.max(LEAST_MS, (to - from) * factor));
  const share = to > from ? (at - from) / (to - from) : 0.5;
  return within({ from: at - share * width, to: at + (1 - share) * width }, total);
}

export const panned = ({ from, to }: Window, by: number, total: number): Window => within({ from: from + by, to: to + by }, total);

/** The nearest window of the same width that shows nothing before 0 or after `total`. */
export function within({ from, to }: Window, total: number): Window {
  const width = Math.min(total, to - from);
  const start = Math.max(0, Math.min(total - width, from));
  return { from: start, to: start + width };
}

/** The window moved as little as needed to show `span`. */
export function showing(window: Window, span: Window, total: number): Window {
  if (span.from < window.from) return panned(window, span.from - window.from, total);
  if (span.to > window.to) return panned(window, Math.min(span.to - window.to, span.from - window.from), total);
  return window;
}
