/** Light, dark, and back to what the system says. */

import { gettext } from "../i18n";
import { theme, type Theme } from "../store/view";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const titles = (): Record<Theme, string> => ({
  system: gettext("Theme: as the system"),
  light: gettext("Theme: light"),
  dark: gettext("Theme: dark"),
});
const ICONS: Record<Theme, string> = {
  light: "M8 1.5v1.6m0 9.8v1.6M1.5 8h1.6m9.8 0h1.6M3.4 3.4l1.1 1.1m7 7 1.1 1.1m0-9.2-1.1 1.1m-7 7-1.1 1.1M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
  dark: "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z",
  system: "M2 3h12v8H2zM5.5 13.5h5",
};

export function ThemeButton() {
  const title = titles()[theme.value];
  return (
    <button
      type="button"
      class="icon"
      data-testid="theme"
      aria-label={title}
      title={title}
      onClick={() => (theme.value = NEXT[theme.value])}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={ICONS[theme.value]} />
      </svg>
    </button>
  );
}
