/** The output from a token on as a text to be rewritten, in its place. */

import { computed, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { gettext } from "../i18n";
import { Keys } from "../keys/Keys";
import type { Token } from "../protocol/generated";
import { run } from "../store/view";
import { textOf } from "../tokens/pieces";
import { canBranch, rewrite } from "./actions";
import { node } from "./tree";

interface Editing {
  node: number | null; // what was on the screen
  step: number;
  text: string;
}

const wanted = signal<Editing | null>(null);
/** What is being rewritten; nothing once something else is on the screen. */
export const editing = computed(() => (wanted.value?.node === (node.value?.id ?? null) ? wanted.value : null));

/** Opens the editor at `step`, or where the character begins of which its token holds a later part. */
export function edit(step: number): void {
  const { tokens } = run.value;
  if (!canBranch() || step < 0) return;
  let first = step;
  while (first > 0 && isWithin(tokens[first])) first--;
  wanted.value = { node: node.value?.id ?? null, step: first, text: spelled(tokens.slice(first)) };
}

const isWithin = (token: Token | undefined): boolean => ((token?.piece[0] ?? 0) & 0xc0) === 0x80;

/** What the tokens spell without those that end a text. */
function spelled(tokens: readonly Token[]): string {
  const ends = run.value.model?.eos_token_ids ?? [];
  return textOf(tokens.filter(({ id }) => !ends.includes(id)).map(({ piece }) => piece));
}

export const Editor = () => (editing.value ? <Open key={editing.value.step} {...editing.value} /> : null);

function Open({ step, text }: Editing) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    area.current?.focus();
    area.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const close = () => {
    wanted.value = null;
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.output-tokens [tabindex="0"]')?.focus());
  };
  const save = async () => {
    const now = area.current?.value ?? text;
    if (busy) return;
    setBusy(true);
    const done = now === text || (await rewrite(step, now));
    setBusy(false);
    if (done) close();
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (saves) void save();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="stream-editor" data-testid="editor">
      <textarea
        ref={area}
        class="stream-text"
        lang=""
        aria-label={gettext("Text of the output from here on")}
        aria-describedby="editor-help"
        rows={Math.min(12, Math.max(2, Math.ceil(text.length / 60)))}
        defaultValue={text}
        readOnly={busy} // it keeps the focus
        onKeyDown={keyDown}
      />
      <p class="stream-editor-foot">
        <button type="button" class="button small primary" data-testid="editor-save" disabled={busy} onClick={() => void save()}>
          {gettext("Go on from this text")} <Keys of="Ctrl Enter" />
        </button>
        <button type="button" class="button small" data-testid="editor-cancel" onClick={close}>
          {gettext("Leave as it was")} <Keys of="Esc" />
        </button>
        <span class="quiet" id="editor-help">
          {gettext("The text is cut into tokens as it stands; then the model goes on.")}
        </span>
      </p>
    </div>
  );
}
