/** Why a question has no answer, and the way to ask it again. */

import { sentence } from "../errors";
import { gettext } from "../i18n";
import type { ErrorInfo } from "../protocol/generated";

export function Refused({ errors, again }: { errors: readonly ErrorInfo[]; again: () => void }) {
  const [first] = errors;
  if (!first) return null;
  return (
    <div class="no-answer" role="status" data-testid="no-answer" data-code={first.code}>
      <p class="fault">{sentence(first)}</p>
      {!isLasting(errors) && (
        <button type="button" class="button small" onClick={again}>
          {gettext("Ask again")}
        </button>
      )}
    </div>
  );
}

const LASTING = [
  "no_lens",
  "no_layers",
  "no_head_view",
  "no_attention",
  "encoder_decoder",
  "too_large",
  "expired",
  "not_found",
  "read_only",
];

/** Whether asking again would change nothing. */
export const isLasting = ([first]: readonly ErrorInfo[]): boolean => first !== undefined && LASTING.includes(first.code);
