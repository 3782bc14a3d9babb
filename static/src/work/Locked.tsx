/** Controls of the session on the page. Those of somebody else's show how it was made and cannot be changed. */

import type { ComponentChildren } from "preact";
import { asksNothing } from "./work";

export const Locked = ({ children }: { children: ComponentChildren }) => (
  <fieldset class="locked" role="presentation" disabled={asksNothing.value}>
    {children}
  </fieldset>
);
