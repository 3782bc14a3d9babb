/** What went wrong and has no field to be shown at, and what the site says to what it ended. */

import { sentence } from "./errors";
import { gettext } from "./i18n";
import { leave } from "./session";
import { boot, placeOf } from "./store/draft";
import { run, settingsOpen } from "./store/view";

export function Banner() {
  const { errors, phase } = run.value;
  const loose = errors.filter(({ field }) => !hasPlace(field));
  if (loose.length === 0) return <Policy />;
  return (
    <div class="banner" role="alert" data-testid="banner" data-code={loose[0]?.code}>
      {loose.map((error) => (
        <p key={error.code}>{sentence(error)}</p>
      ))}
      {phase === "refused" && (
        <button type="button" class="button small" onClick={leave}>
          {gettext("Start afresh")}
        </button>
      )}
    </div>
  );
}

/** Whether an error is shown at its field: settings that are closed, as on a phone, show none. */
function hasPlace(field: string | null): boolean {
  const place = placeOf(field);
  return place !== null && (settingsOpen.value || place === "prompt" || place === "model");
}

/** Of a content filter, in the reader's language. */
function Policy() {
  const policy = run.value.finished?.policy;
  const text = policy?.[boot.language] ?? policy?.[""];
  if (!text) return null;
  return (
    <div class="banner" role="alert" data-testid="policy">
      <p>{text}</p>
    </div>
  );
}
