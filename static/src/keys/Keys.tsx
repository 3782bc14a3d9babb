/** Keys as they are printed on them. */

const apple = /Mac|iPhone|iPad/.test(navigator.platform);
const PRINTED: Record<string, string> = apple ? { Ctrl: "⌘", Enter: "↵" } : { Enter: "↵" };

export const Keys = ({ of }: { of: string }) => (
  <span class="keys">
    {of.split(" ").map((key) => (
      <kbd key={key}>{PRINTED[key] ?? key}</kbd>
    ))}
  </span>
);
