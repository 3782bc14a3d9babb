/** The keys of a token that has the focus. */

import { plainKeys } from "../keys/plain";
import { step } from "../store/view";
import { canBranch, cut, reroll } from "./actions";
import { edit } from "./Editor";
import { openMenu } from "./TokenMenu";

const LETTERS: Record<string, (step: number) => void> = { r: reroll, e: edit };

/** Does what the key means at the selected token, `element`. Whether it means anything. */
export function actOn(event: KeyboardEvent, element: HTMLElement | null): boolean {
  const act = element && canBranch() ? meaning(event, element) : null;
  if (!act) return false;
  event.preventDefault();
  event.stopPropagation();
  act(step.value);
  return true;
}

function meaning({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent, element: HTMLElement): ((step: number) => void) | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "Enter" || key === "ContextMenu" || (key === "F10" && shiftKey)) return (at) => openMenu(at, element);
  if (key === "Delete" || key === "Backspace") return cut;
  return plainKeys.value ? (LETTERS[key] ?? null) : null;
}
