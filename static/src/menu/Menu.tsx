/** A button that opens a list of things to do. Arrow keys move, Escape and a click elsewhere close it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Item {
  key: string;
  title: string;
  act: () => void;
}

export interface Group {
  key: string;
  title: string; // of the group; empty where it needs none
  items: Item[];
}

interface MenuProps {
  label: string;
  groups: Group[];
  hook: string; // of tests, for the button and, with the item's key, for each item
  class?: string;
  disabled?: boolean;
  children: ComponentChildren; // the button's face
}

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

export function Menu({ label, groups, hook, class: look = "button small", disabled = false, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    frame.current?.querySelector("button")?.focus();
  };
  useEffect(() => (open ? opened(frame.current, () => setOpen(false)) : undefined), [open]);
  return (
    <div class="menu" ref={frame} onKeyDown={(event) => open && keyDown(event, frame.current, close)}>
      <button
        type="button"
        class={look}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        disabled={disabled}
        data-testid={hook}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div class="menu-list" role="menu" aria-label={label}>
          {groups.map((group) => (
            <Section key={group.key} group={group} hook={hook} close={close} />
          ))}
        </div>
      )}
    </div>
  );
}

export function Section({ group, hook, close }: { group: Group; hook: string; close: () => void }) {
  return (
    <div role="group" aria-label={group.title || undefined}>
      {group.title && (
        <p class="menu-title" aria-hidden="true">
          {group.title}
        </p>
      )}
      {group.items.map(({ key, title, act }) => (
        <button
          type="button"
          role="menuitem"
          tabIndex={-1}
          key={key}
          data-testid={`${hook}-${group.key}-${key}`}
          onClick={() => {
            close();
            act();
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** Focuses the first item; closes on a press or a focus elsewhere. */
export function opened(frame: HTMLElement | null, close: () => void): () => void {
  frame?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  const elsewhere = ({ target }: Event) => frame?.contains(target as Node) || close();
  for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, elsewhere);
  return () => {
    for (const kind of ["pointerdown", "focusin"]) document.removeEventListener(kind, elsewhere);
  };
}

export function keyDown(event: KeyboardEvent, frame: HTMLElement | null, close: () => void): void {
  const items = [...(frame?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const step = STEPS[event.key];
  if (event.key === "Escape") close();
  else if (step) items[step(items.indexOf(document.activeElement as HTMLElement), items.length)]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
