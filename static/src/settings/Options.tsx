/** A setting that is one of a few values. */

import { gettext } from "../i18n";
import { useBinding } from "./binding";
import type { ControlProps } from "./control";

/** What the values of settings are called, some of one setting alone; any other is shown as it is. */
const titles = (): Record<string, string> => ({
  "mirostat_mode 0": gettext("off"),
  "mirostat_mode 2": gettext("version 2"),
  "penalty_scope dialect": gettext("as the dialect"),
  "penalty_scope output": gettext("output"),
  "penalty_scope all": gettext("prompt and output"),
  logitscope: "Logitscope",
  vllm: "vLLM",
  llamacpp: "llama.cpp",
  true: gettext("on"),
  false: gettext("off"),
  off: gettext("off"),
  never: gettext("never"),
  prompt_lookup: gettext("prompt lookup"),
  draft: gettext("draft model"),
});

export function Options({ field, value, describedBy, invalid }: ControlProps) {
  const { change, prefix } = useBinding();
  const all = titles();
  return (
    <select
      class="select"
      id={`${prefix}field-${field.name}`}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      value={field.options.indexOf(value)}
      onChange={({ currentTarget }) => change({ [field.name]: field.options[Number(currentTarget.value)] })}
    >
      {field.options.map((option, k) => (
        <option key={k} value={k}>
          {all[`${field.name} ${option}`] ?? all[String(option)] ?? String(option)}
        </option>
      ))}
    </select>
  );
}
