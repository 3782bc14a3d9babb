/** Hands a file to the browser. Names tell model, seed and what it is, never the prompt. */

import type { RunState } from "../store/run";

/** `logitscope-stories-seed7-step12-waterfall.svg`. */
export function fileName({ model, started }: RunState, what: string, extension: string, step?: number): string {
  const name = (model?.name ?? "run").replace(/[^\w.-]+/g, "_");
  const parts = ["logitscope", name, started && `seed${started.seed}`, step !== undefined && `step${step}`, what];
  return `${parts.filter(Boolean).join("-")}.${extension}`;
}

export function save(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be reading it
}
