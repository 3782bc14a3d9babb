/** Commands that the playground and the comparison have in common. */

import { switchTo } from "../bar/Language";
import { fill, gettext } from "../i18n";
import { take } from "../prompt/Head";
import { openPresets, own } from "../settings/own";
import { boot, change, draft, fields, model, startOver } from "../store/draft";
import { settingsOpen, theme, type Theme } from "../store/view";
import type { SamplingParams } from "../protocol/generated";
import type { Command, Section } from "./offer";
import { openSheet } from "./open";

export const speeds = (): Command[] =>
  [...boot.speeds, null].map((speed) => ({
    id: `speed-${speed}`,
    group: gettext("Speed"),
    title: speed === null ? gettext("As fast as it goes") : fill(gettext("%(count)s tokens per second"), { count: speed }),
    act: () => change({ speed }),
  }));

export function prompts(): Command[] {
  const languages = new Map(boot.languages);
  const starters = boot.starters
    .filter(({ messages }) => messages.length === 0 || model.value?.chat)
    .map((starter) => ({
      id: `starter-${starter.language}-${starter.name}`,
      group: `${gettext("Start with")} · ${languages.get(starter.language) ?? starter.language}`,
      title: starter.title,
      act: () => take(starter),
    }));
  const group = gettext("Prompt");
  const chat = { id: "chat", group, title: gettext("Chat"), act: () => change({ mode: "chat" }) };
  return [
    { id: "complete", group, title: gettext("Complete"), act: () => change({ mode: "complete" }) },
    ...(model.value?.chat ? [chat] : []),
    { id: "prompt", group, title: gettext("Write the prompt"), keys: "/", act: () => document.getElementById("prompt")?.focus() },
    ...starters,
  ];
}

export const presets = (apply: (sampling: SamplingParams) => void): Command[] =>
  [
    ...boot.presets.map(({ name, title, sampling }) => ({ id: `preset-${name}`, title, act: () => apply(sampling) })),
    ...own.value.map(({ id, name, sampling }) => ({ id: `own-preset-${id}`, title: name, act: () => apply(sampling) })),
    { id: "presets", title: gettext("Save or change your presets"), act: () => openPresets(draft.value.sampling) },
  ].map((command) => ({ group: gettext("Preset"), ...command }));

export const settings = (reveal: (name: string) => void): Command[] => [
  ...fields.map(({ name, title }) => ({ id: `setting-${name}`, group: gettext("Setting"), title, act: () => reveal(name) })),
  { id: "start-over", group: gettext("Setting"), title: gettext("Everything as at the beginning"), act: startOver },
];

export function page(): Command[] {
  const themes: Record<Theme, string> = {
    system: gettext("Theme: as the system"),
    light: gettext("Theme: light"),
    dark: gettext("Theme: dark"),
  };
  const group = gettext("Page");
  return [
    { id: "settings", group, title: gettext("Show or hide the settings"), act: () => void (settingsOpen.value = !settingsOpen.value) },
    { id: "keys", group, title: gettext("All keys"), keys: "?", act: openSheet },
    ...Object.entries(themes).map(([name, title]) => ({
      id: `theme-${name}`,
      group,
      title,
      act: () => void (theme.value = name as Theme),
    })),
    ...places().map(([address, title]) => ({ id: `go-${address}`, group: gettext("Go to"), title, act: () => location.assign(address) })),
    ...boot.languages.map(([code, title]) => ({ id: `language-${code}`, group: gettext("Language"), title, act: () => switchTo(code) })),
  ];
}

/** The other pages of the site. */
const places = (): [address: string, title: string][] =>
  (
    [
      ["/", gettext("Playground")],
      ["/compare", gettext("Compare")],
      ["/sessions", gettext("Your sessions")],
      ["/gallery", gettext("Gallery")],
      ["/r/", gettext("Classroom")],
      ["/account/", gettext("Account")],
    ] as [string, string][]
  ).filter(([address]) => address !== location.pathname);

/** `pick` goes to a step of a text with `steps` of them. */
export function goTo(query: string, steps: number, pick: (to: number) => void): Command | null {
  if (!/^\d+$/.test(query.trim()) || steps === 0) return null;
  const wanted = Math.min(Number(query), steps - 1);
  return { id: "go", group: gettext("Token"), title: fill(gettext("Go to step %(step)s"), { step: wanted }), act: () => pick(wanted) };
}

export const anywhere = (run: string, stop: string): Section => ({
  title: gettext("Anywhere"),
  rows: [
    ["Ctrl Enter", run],
    ["Ctrl .", stop],
    ["Ctrl K", gettext("Find a command, or go to a step")],
    ["Esc", gettext("Close what is open")],
  ],
});

export const withinWidgets = (): Section => ({
  title: gettext("On tabs, menus and heads"),
  rows: [
    ["← → ↑ ↓", gettext("Move within")],
    ["Home End", gettext("First and last")],
  ],
});
