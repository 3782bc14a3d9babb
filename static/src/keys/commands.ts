/** Everything that can be done by name: what the palette offers. */

import { switchTo } from "../bar/Language";
import { canBranch, canProceed, canReroll, canStep, cut, proceed, reroll, stepOn } from "../branching/actions";
import { edit } from "../branching/Editor";
import { branches, redo, undo } from "../branching/tree";
import { exportGroups } from "../export/ExportMenu";
import { fill, gettext } from "../i18n";
import { inspectorTabs } from "../inspector/tabs";
import { take } from "../prompt/Head";
import { cancel } from "../session";
import { reveal, startOrShowFault } from "../start";
import { applyPreset, boot, change, draft, fields, model, startOver } from "../store/draft";
import { canRedo, canUndo } from "../store/branches";
import { isLive } from "../store/run";
import { follow, metric, pick, run, settingsOpen, step, tab, theme, type Theme } from "../store/view";
import { metrics, type MetricName } from "../tokens/metric";
import { openSheet } from "./open";

export interface Command {
  id: string;
  group: string;
  title: string;
  keys?: string; // as in the sheet
  act: () => void;
}

/** All commands that make sense now, those used most often first. */
export function commands(): Command[] {
  return [...running(), ...branching(), ...looking(), ...prompts(), ...presets(), ...models(), ...settings(), ...page(), ...files()];
}

function running(): Command[] {
  const group = gettext("Run");
  const live = isLive(run.value);
  return [
    ...(live ? [] : [{ id: "run", group, title: gettext("Run"), keys: "Ctrl Enter", act: startOrShowFault }]),
    ...(live ? [{ id: "stop", group, title: gettext("Stop"), keys: "Ctrl .", act: cancel }] : []),
    ...[...boot.speeds, null].map((speed) => ({
      id: `speed-${speed}`,
      group: gettext("Speed"),
      title: speed === null ? gettext("As fast as it goes") : fill(gettext("%(count)s tokens per second"), { count: speed }),
      act: () => change({ speed }),
    })),
  ];
}

function branching(): Command[] {
  const group = gettext("Branches");
  const at = step.value;
  const token = run.value.tokens[at] && canBranch();
  const all: (Command & { when: unknown })[] = [
    { id: "step", group, title: gettext("Draw one more token"), keys: "S", act: stepOn, when: canStep() },
    { id: "continue", group, title: gettext("Continue"), act: proceed, when: canProceed() },
    { id: "undo", group, title: gettext("Undo"), keys: "Ctrl Z", act: undo, when: canUndo(branches.value) },
    { id: "redo", group, title: gettext("Redo"), keys: "Ctrl Shift Z", act: redo, when: canRedo(branches.value) },
    { id: "reroll", group, title: gettext("Re-roll this step"), act: () => reroll(at), when: token && canReroll() },
    { id: "edit", group, title: gettext("Edit from here"), act: () => edit(at), when: token },
    { id: "delete", group, title: gettext("Delete from here and stop"), act: () => cut(at), when: token },
  ];
  return all.filter(({ when }) => when);
}

function looking(): Command[] {
  const panels = inspectorTabs().map(({ name, title }, k) => ({
    id: `tab-${name}`,
    group: gettext("Panel"),
    title,
    keys: String(k + 1),
    act: () => void (tab.value = name),
  }));
  const colours = Object.entries(metrics()).map(([name, { title }]) => ({
    id: `colour-${name}`,
    group: gettext("Colour by"),
    title,
    act: () => void (metric.value = name as MetricName),
  }));
  const newest = { id: "follow", group: gettext("Token"), title: gettext("Always show the newest token"), act: follow };
  return [...panels, ...(run.value.tokens.length ? [newest] : []), ...colours];
}

function prompts(): Command[] {
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

const presets = (): Command[] =>
  boot.presets.map(({ name, title, sampling }) => ({
    id: `preset-${name}`,
    group: gettext("Preset"),
    title,
    act: () => applyPreset(sampling),
  }));

const models = (): Command[] =>
  boot.models
    .filter(({ name }) => name !== draft.value.model)
    .map(({ name, title }) => ({ id: `model-${name}`, group: gettext("Model"), title, act: () => change({ model: name }) }));

const settings = (): Command[] => [
  ...fields.map(({ name, title }) => ({ id: `setting-${name}`, group: gettext("Setting"), title, act: () => reveal(name) })),
  { id: "start-over", group: gettext("Setting"), title: gettext("Everything as at the beginning"), act: startOver },
];

function page(): Command[] {
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
    ...boot.languages.map(([code, title]) => ({ id: `language-${code}`, group: gettext("Language"), title, act: () => switchTo(code) })),
  ];
}

const files = (): Command[] =>
  run.value.tokens.length === 0
    ? []
    : exportGroups().flatMap(({ title, items }) =>
        items.map((item) => ({
          id: `export-${item.key}`,
          group: gettext("Export the run"),
          title: `${title}: ${item.title}`,
          act: item.act,
        })),
      );

/** What a number means: the step of that number. */
export function stepCommand(query: string): Command | null {
  const steps = run.value.tokens.length;
  if (!/^\d+$/.test(query.trim()) || steps === 0) return null;
  const wanted = Math.min(Number(query), steps - 1);
  return { id: "go", group: gettext("Token"), title: fill(gettext("Go to step %(step)s"), { step: wanted }), act: () => pick(wanted) };
}
