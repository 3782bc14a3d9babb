// What a setting hands to the control that changes it, whichever kind that is.
import type { Field } from "./schema";

export interface ControlProps {
  field: Field;
  value: unknown;
  describedBy: string | undefined;
  invalid: boolean;
}
