/** Light, dark, or as the system says. The style sheet follows `data-theme`; canvases ask `isDark`. */

import { computed, effect, signal } from "@preact/signals";
import { theme } from "./store/view";

const query = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(query.matches);
query.addEventListener("change", () => (systemDark.value = query.matches));

export const isDark = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
