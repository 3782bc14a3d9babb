/** A modal dialog of the browser's own: it holds the focus, Escape closes it, and the focus goes back to where it was. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { closeDialog } from "./open";

interface DialogProps {
  label: string;
  hook: string;
  children: ComponentChildren;
}

export function Dialog({ label, hook, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
    return () => element.current?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-label={label}
      data-testid={hook}
      onClose={closeDialog}
      onClick={({ target }) => target === element.current && closeDialog()}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
