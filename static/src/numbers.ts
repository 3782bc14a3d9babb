/** Numbers as people read them: enough digits to compare, never more. Pure. */

import { format } from "d3-format";

const grouped = format(",");
const tiny = 0.0001;

export const count = (value: number): string => grouped(value);

/** A probability: 0.7134, 0.0312, 3.1e-7. */
export function probability(p: number): string {
  if (p === 0 || p === 1) return String(p);
  if (p > 0.9999) return "1.0000";
  return p < tiny ? p.toExponential(1).replace("e-", "e−") : p.toFixed(4);
}

export function percent(p: number): string {
  if (p === 0) return "0 %";
  return p < tiny ? `${(100 * p).toExponential(0).replace("e-", "e−")} %` : `${(100 * p).toFixed(p < 0.1 ? 2 : 1)} %`;
}

/** Up to three significant digits, with a real minus sign. */
export const number = (value: number): string => String(Number(value.toPrecision(3))).replaceAll("-", "−");

/** Two decimals; what rounds to nothing has no sign. */
export const score = (value: number): string => value.toFixed(2).replace(/^-(0\.00$)?/, (_, nothing?: string) => nothing ?? "−");

/** Nats as bits. */
export const bits = (nats: number): string => (nats / Math.LN2).toFixed(2);

export function milliseconds(value: number | null): string {
  if (value === null) return "–";
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ms`;
}

export function bytes(value: number | null): string {
  if (value === null) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const scaled = value / 2 ** (10 * power);
  return `${scaled >= 100 || power === 0 ? scaled.toFixed(0) : scaled.toFixed(1)} ${units[power]}`;
}

/** 4,096 as it is, 32k, 1.2M. */
export const compact = (value: number): string => (value < 10_000 ? count(value) : format(".3~s")(value));
