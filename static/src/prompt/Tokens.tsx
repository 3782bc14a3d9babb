/** Tokens of the prompt: tinted behind the letters, as the rendered template, and one by one with their ids. */

import { fill, gettext, ngettext } from "../i18n";
import { visible } from "../tokens/pieces";
import { MOST_SEGMENTS } from "./state";
import type { Segment } from "./segments";

/** One border after each segment; neighbours differ. Nothing but the text takes room. */
export function Tinted({ of }: { of: Segment[] }) {
  return (
    <>
      {of.map(({ text, ids, kind }, k) => (
        <span key={k} class={`cut ${kind} ${ids.length === 0 ? "uncut" : k % 2 ? "odd" : "even"}`}>
          {text}
        </span>
      ))}
    </>
  );
}

/** What the conversation becomes: the template's text, special tokens set apart. */
export function Template({ of }: { of: Segment[] }) {
  return (
    <div
      class="template"
      data-testid="template"
      role="region"
      tabIndex={0}
      aria-label={gettext("The conversation in the model's template")}
    >
      {of.slice(0, MOST_SEGMENTS).map(({ text, ids, kind }, k) => (
        <span key={k} class={`cut ${kind} ${ids.length === 0 ? "uncut" : k % 2 ? "odd" : "even"}`} title={titleOf(ids)}>
          {text}
        </span>
      ))}
      <More of={of} />
    </div>
  );
}

export function Ids({ of }: { of: Segment[] }) {
  return (
    <div class="ids-scroll" role="region" tabIndex={0} aria-label={gettext("Tokens of the prompt")}>
      <ol class="ids" data-testid="prompt-ids">
        {of.slice(0, MOST_SEGMENTS).map(({ text, ids, kind }, k) => (
          <li key={k} class={kind} title={ids.length > 1 ? titleOf(ids) : undefined}>
            <span class="ids-text">{visible(text)}</span>
            <span class="ids-numbers">{ids.join(" ") || "–"}</span>
          </li>
        ))}
      </ol>
      <More of={of} />
    </div>
  );
}

function More({ of }: { of: Segment[] }) {
  const hidden = of.length - MOST_SEGMENTS;
  return hidden > 0 ? <p class="quiet">{fill(gettext("and %(count)s more"), { count: hidden })}</p> : null;
}

const titleOf = (ids: number[]): string =>
  ids.length === 1
    ? fill(gettext("Token id %(id)s"), { id: ids[0] ?? "" })
    : fill(ngettext("%(count)s token: %(ids)s", "%(count)s tokens: %(ids)s", ids.length), { count: ids.length, ids: ids.join(" ") });
