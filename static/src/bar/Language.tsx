/** Changes the language through Django's own form, which the template carries; the page loads again and keeps its run. */

import { gettext } from "../i18n";
import { boot } from "../store/draft";

export function switchTo(code: string): void {
  const form = document.querySelector<HTMLFormElement>("#language-form");
  if (!form) return;
  const set = (name: string, value: string) => ((form.elements.namedItem(name) as HTMLInputElement).value = value);
  set("language", code);
  set("next", location.pathname + location.search);
  form.submit();
}

export function Language() {
  return (
    <select
      class="select small"
      aria-label={gettext("Language")}
      data-testid="language"
      value={boot.language}
      onChange={({ currentTarget }) => switchTo(currentTarget.value)}
    >
      {boot.languages.map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
