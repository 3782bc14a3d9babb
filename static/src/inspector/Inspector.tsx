/** The tabs about the selected token and its run. */

import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Code } from "../code/Code";
import { gettext } from "../i18n";
import { run, tab, token, type Tab } from "../store/view";
import { asksNothing } from "../work/work";
import { Attention } from "./attention/Attention";
import { Choice } from "./choice/Choice";
import { Foreign } from "./Foreign";
import { Layers } from "./layers/Layers";
import { Selected } from "./Selected";
import { inspectorTabs } from "./tabs";
import { Timing } from "./timing/Timing";
import { Tree } from "./tree/Tree";
import { WhatIf } from "./whatif/WhatIf";

const PANELS: Record<Tab, ComponentType> = {
  choice: Choice,
  attention: Attention,
  layers: Layers,
  timing: Timing,
  whatif: WhatIf,
  tree: Tree,
  code: Code,
};

export function Inspector() {
  const all = inspectorTabs();
  const current = all.find(({ name }) => name === tab.value) ?? all[0];
  if (!current) return null;
  const Panel = PANELS[current.name];
  return (
    <section class="pane inspector" aria-label={gettext("Inspector")}>
      <header class="pane-head">
        <TabList all={all} />
        <Selected />
      </header>
      <div class="inspector-body" role="tabpanel" id="inspector-panel" aria-labelledby={`tab-${current.name}`} tabIndex={0}>
        <Foreign panel={current.name} />
        {isOfTheModel(current.name) ? null : isReady(current.name) ? <Panel /> : <Nothing />}
      </div>
    </section>
  );
}

/** Whether all that a panel shows is worked out by the model, which says nothing about somebody else's runs. */
const isOfTheModel = (name: Tab): boolean => asksNothing.value && (name === "layers" || name === "whatif");

/** Whether a panel has something to show. */
function isReady(name: Tab): boolean {
  if (name === "code" || token.value) return true;
  return (name === "timing" || name === "tree") && run.value.started !== null;
}

function TabList({ all }: { all: { name: Tab; title: string }[] }) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = all.findIndex(({ name }) => name === tab.value);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    const next = to === undefined ? undefined : all.at(to % all.length);
    if (!next) return;
    event.preventDefault();
    tab.value = next.name;
    list.current?.querySelector<HTMLElement>(`#tab-${next.name}`)?.focus();
  };
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone not all fit
  }, [tab.value]);
  return (
    <div class="tabs" role="tablist" ref={list} onKeyDown={onKeyDown}>
      {all.map(({ name, title }) => (
        <button
          type="button"
          role="tab"
          key={name}
          id={`tab-${name}`}
          aria-selected={tab.value === name}
          aria-controls="inspector-panel"
          tabIndex={tab.value === name ? 0 : -1}
          onClick={() => (tab.value = name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** What a tab will show; one that always shows something needs no word. */
const explained = (): Partial<Record<Tab, [string, string]>> => ({
  choice: [
    gettext("Every stage is a column, every candidate a row"),
    gettext("See what each stage did to the probabilities, what it removed and why, and where the dice fell."),
  ],
  attention: [
    gettext("Where each layer and head looked"),
    gettext("One picture per head, a row per token. Point at a weight and its token lights up in the text."),
  ],
  layers: [
    gettext("What the layers say before the last"),
    gettext("Read off each layer what it would have chosen, which tokens speak for the choice, and one head taken apart."),
  ],
  timing: [gettext("What it cost"), gettext("Queue, prefill, and every decoding step, measured where it happened.")],
  whatif: [
    gettext("The same run under other settings"),
    gettext("Move a setting and see at once which tokens would have been others, given the same draws."),
  ],
  tree: [
    gettext("Every way that was tried"),
    gettext(
      "Branches and samples as one tree with their scores, and a beam search as it unfolds: what it kept, what it let go, and by how much.",
    ),
  ],
});

function Nothing() {
  const [title, text] = explained()[tab.value] ?? [];
  return (
    <div class="empty">
      <span class={`ghost ghost-${tab.value}`} aria-hidden="true">
        {Array.from({ length: 24 }, (_, k) => (
          <i key={k} />
        ))}
      </span>
      <h3>{title}</h3>
      <p>{text}</p>
    </div>
  );
}
