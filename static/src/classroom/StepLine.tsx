/** Where a ready lesson stands, for everybody: the step's title and the line for the class. */

import { fill, gettext } from "../i18n";
import { room } from "./room";

/** What the class reads. */
export function StepLine() {
  const now = room.value?.lesson;
  if (!now) return null;
  return (
    <section class="step-line" aria-label={now.title} data-testid="step-line" data-step={now.step}>
      <p class="step-place">
        {now.title} <span class="figures">{fill(gettext("%(step)s of %(of)s"), { step: now.step + 1, of: now.of })}</span>
      </p>
      <h2>{now.heading}</h2>
      <p>{now.line}</p>
    </section>
  );
}
