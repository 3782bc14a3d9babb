/** Everything that can be done in the playground by name or key: what its palette and its sheet offer. */

import { canBranch, canProceed, canReroll, canStep, cut, proceed, reroll, stepOn } from "../branching/actions";
import { edit } from "../branching/Editor";
import { branches, redo, undo } from "../branching/tree";
import { exportGroups } from "../export/ExportMenu";
import { gettext } from "../i18n";
import { inspectorTabs } from "../inspector/tabs";
import { cancel } from "../session";
import { reveal } from "../settings/reveal";
import { startOrShowFault } from "../start";
import { applyPreset, boot, change, draft } from "../store/draft";
import { canRedo, canUndo } from "../store/branches";
import { isLive } from "../store/run";
import { follow, metric, pick, run, step, tab } from "../store/view";
import { metrics, type MetricName } from "../tokens/metric";
import { anywhere, goTo, page, presets, prompts, settings, speeds, withinWidgets } from "./common";
import type { Command, Offer, Section } from "./offer";

function commands(): Command[] {
  return [
    ...running(),
    ...branching(),
    ...looking(),
    ...prompts(),
    ...presets(applyPreset),
    ...models(),
    ...settings(reveal),
    ...page(),
    ...files(),
  ];
}

function running(): Command[] {
  const group = gettext("Run");
  const live = isLive(run.value);
  return [
    ...(live ? [] : [{ id: "run", group, title: gettext("Run"), keys: "Ctrl Enter", act: startOrShowFault }]),
    ...(live ? [{ id: "stop", group, title: gettext("Stop"), keys: "Ctrl .", act: cancel }] : []),
    ...speeds(),
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

const models = (): Command[] =>
  boot.models
    .filter(({ name }) => name !== draft.value.model)
    .map(({ name, title }) => ({ id: `model-${name}`, group: gettext("Model"), title, act: () => change({ model: name }) }));

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

const sections = (): Section[] => [
  anywhere(gettext("Run"), gettext("Stop")),
  {
    title: gettext("Outside text fields"),
    rows: [
      ["?", gettext("This sheet")],
      ["/", gettext("Write the prompt")],
      ["[ ]", gettext("Previous and next token")],
      ["P", gettext("Pin the card that says why this token, or take it off")],
      ["S", gettext("Draw one more token")],
      ["Ctrl Z", gettext("Undo")],
      ["Ctrl Shift Z", gettext("Redo")],
      [
        inspectorTabs()
          .map((_, k) => k + 1)
          .join(" "),
        gettext("Panels of the inspector"),
      ],
    ],
  },
  {
    title: gettext("On the generated text"),
    rows: [
      ["← → ↑ ↓", gettext("Move from token to token")],
      ["Home End", gettext("First and last token")],
      ["Enter", gettext("What can be done at this token")],
      ["R", gettext("Re-roll this step")],
      ["E", gettext("Edit from here")],
      ["Del", gettext("Delete from here and stop")],
      ["Esc", gettext("Always show the newest token")],
    ],
  },
  withinWidgets(),
];

export const playground: Offer = { commands, stepCommand: (query) => goTo(query, run.value.tokens.length, pick), sections };
