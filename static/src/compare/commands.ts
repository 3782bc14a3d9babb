/** Everything that can be done on this page by name or key: what its palette and its sheet offer. */

import { fill, gettext } from "../i18n";
import { anywhere, goTo, page, presets, prompts, settings, speeds, withinWidgets } from "../keys/common";
import type { Command, Offer, Section } from "../keys/offer";
import { applyPreset, boot, change, draft } from "../store/draft";
import { settingsOpen } from "../store/view";
import { measure, measures, type Measure } from "./measure";
import { isRunning, stop } from "./runs";
import { FEWEST, MOST } from "./kept";
import { add, edited, letter, remove, sides } from "./sides";
import { show, startOrShowFault } from "./start";
import { first, follow, length, parting, pick, step } from "./steps";

const commands = (): Command[] => [
  ...running(),
  ...stepping(),
  ...lanes(),
  ...distances(),
  ...prompts(),
  ...presets(applyPreset),
  ...models(),
  ...settings(show),
  ...page(),
];

function running(): Command[] {
  const group = gettext("Run");
  const run = { id: "run", group, title: gettext("Run all"), keys: "Ctrl Enter", act: startOrShowFault };
  const end = { id: "stop", group, title: gettext("Stop all"), keys: "Ctrl .", act: stop };
  return [isRunning.value ? end : run, ...speeds()];
}

function stepping(): Command[] {
  const [group, at, last, apart] = [gettext("Step in all lanes"), step.value, length.value - 1, parting.value];
  const all: (Command & { when: boolean })[] = [
    { id: "next", group, title: gettext("Next step"), keys: "]", act: () => pick(at + 1), when: at < last },
    { id: "previous", group, title: gettext("Previous step"), keys: "[", act: () => pick(at - 1), when: at > 0 },
    { id: "parting", group, title: gettext("First difference"), keys: "D", act: toParting, when: apart !== null },
    { id: "follow", group, title: gettext("Always show the newest token"), act: follow, when: last >= 0 },
  ];
  return all.filter(({ when }) => when);
}

/** To the first step at which any lane parts from the first, where there is one. */
export const toParting = (): void => void (parting.value !== null && pick(parting.value));

function lanes(): Command[] {
  const group = gettext("Lanes");
  const named = (side: number) => ({ letter: letter(side) });
  const room = sides.value.length < MOST;
  const adding = [
    { id: "add", group, title: gettext("Add a lane"), act: () => add({}) },
    ...boot.models.map(({ name, title }) => ({
      id: `add-${name}`,
      group,
      title: fill(gettext("Add a lane with %(model)s"), { model: title }),
      act: () => add({ model: name }),
    })),
    ...sides.value.map((side, place) => ({
      id: `duplicate-${side.key}`,
      group,
      title: fill(gettext("Duplicate lane %(letter)s"), named(side.key)),
      act: () => add(side, place),
    })),
  ];
  const removing = sides.value.map((side) => ({
    id: `remove-${side.key}`,
    group,
    title: fill(gettext("Remove lane %(letter)s"), named(side.key)),
    act: () => remove(side),
  }));
  const opening = sides.value.map(({ key }) => ({
    id: `settings-${key}`,
    group,
    title: fill(gettext("Settings of lane %(letter)s"), named(key)),
    act: () => showSettings(key),
  }));
  return [...(room ? adding : []), ...(sides.value.length > FEWEST ? removing : []), ...opening];
}

export function showSettings(key: number): void {
  edited.value = key;
  settingsOpen.value = true;
}

const distances = (): Command[] =>
  Object.entries(measures(letter(first.value))).map(([name, [title]]) => ({
    id: `measure-${name}`,
    group: gettext("Measure of distance"),
    title,
    act: () => void (measure.value = name as Measure),
  }));

const models = (): Command[] =>
  boot.models
    .filter(({ name }) => name !== draft.value.model)
    .map(({ name, title }) => ({ id: `model-${name}`, group: gettext("Model of all lanes"), title, act: () => change({ model: name }) }));

const sections = (): Section[] => [
  anywhere(gettext("Run all"), gettext("Stop all")),
  {
    title: gettext("Outside text fields"),
    rows: [
      ["?", gettext("This sheet")],
      ["/", gettext("Write the prompt")],
      ["[ ]", gettext("Previous and next step in all lanes")],
      ["D", gettext("First difference")],
    ],
  },
  {
    title: gettext("On the text of a lane"),
    rows: [
      ["← → ↑ ↓", gettext("Move from token to token")],
      ["Home End", gettext("First and last token")],
      ["Esc", gettext("Always show the newest token")],
    ],
  },
  withinWidgets(),
];

export const comparison: Offer = { commands, stepCommand: (query) => goTo(query, length.value, pick), sections };
