/** Keys without Ctrl: whether they are wanted, and where they are letters. */

import { kept } from "../store/kept";

/** They can be switched off: speech input types letters (WCAG 2.1.4). */
export const plainKeys = kept("plainKeys", true);

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])") !== null;
