/** What went wrong with the session itself; the run goes on whatever is said here. */

import { gettext } from "../i18n";
import { problem } from "./fork";
import { unsaved } from "./saving";

export function Notice() {
  const text =
    problem.value ?? (unsaved.value ? gettext("Your changes cannot be saved at the moment; the next change tries again.") : null);
  if (text === null) return null;
  return (
    <p class="notice fault" role="alert" data-testid="work-notice">
      {text}
    </p>
  );
}
