/** A text field as tall as its text. What is drawn behind the letters (`children`, the same text) gives it its height; the frame scrolls. */

import { createContext, type ComponentChildren } from "preact";
import { useContext } from "preact/hooks";

/** What the page does when a prompt is to be run. */
export const RunPrompt = createContext<() => void>(() => undefined);

interface AreaProps {
  value: string;
  label: string;
  placeholder?: string;
  id?: string | undefined;
  testid: string;
  faulty?: boolean;
  onText: (text: string) => void;
  children?: ComponentChildren;
}

export function Area({ value, label, placeholder = "", id, testid, faulty = false, onText, children }: AreaProps) {
  const run = useContext(RunPrompt);
  return (
    <div class={faulty ? "area faulty" : "area"}>
      <div class="area-back" aria-hidden="true">
        {children ?? value}
        {"\u200b" /* a last empty line has a height too */}
      </div>
      <textarea
        id={id}
        data-testid={testid}
        aria-label={label}
        aria-invalid={faulty}
        aria-describedby={faulty ? "prompt-fault" : undefined}
        rows={1}
        spellcheck={false}
        placeholder={placeholder}
        value={value}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
        onKeyDown={(event) => runOnEnter(event, run)}
      />
    </div>
  );
}

function runOnEnter(event: KeyboardEvent, run: () => void): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}
