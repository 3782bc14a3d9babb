/** The prompt of a comparison that is only to be looked at. */

import { gettext } from "../i18n";
import { draft, modeOf } from "../store/draft";

export function Asked() {
  const { prompt, messages } = draft.value;
  return (
    <section class="pane lanes-asked" aria-label={gettext("Prompt")} data-testid="asked">
      {modeOf(draft.value) === "complete" ? <p>{prompt}</p> : messages.map(({ content }, place) => <p key={place}>{content}</p>)}
    </section>
  );
}
