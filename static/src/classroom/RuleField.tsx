/** A number of the room's that its teacher types: what is being typed stays, whatever the room says meanwhile. */

import { useState } from "preact/hooks";

interface RuleFieldProps {
  hook: string;
  value: number | null; // as the room has it
  min: number;
  max: number;
  step?: number;
  change: (value: number | null) => Promise<unknown>; // settled when the room has it
}

export function RuleField({ hook, value, change, ...bounds }: RuleFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const say = (text: string): void => void change(text === "" ? null : Number(text)).then(() => setTyped(null));
  return (
    <input
      type="number"
      class="number"
      {...bounds}
      placeholder="–"
      value={typed ?? value ?? ""}
      data-testid={hook}
      onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      onChange={({ currentTarget }) => say(currentTarget.value)}
    />
  );
}
