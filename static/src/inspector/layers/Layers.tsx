/** What the layers say before the last: the logit lens, who speaks for the token, and one head taken apart. */

import { Choices } from "../../controls/Choices";
import { gettext } from "../../i18n";
import { Attribution } from "./Attribution";
import { HeadView } from "./HeadView";
import { Lens } from "./Lens";
import { view, type View } from "./state";

const views = (): [View, string][] => [
  ["lens", gettext("Logit lens")],
  ["attribution", gettext("Attribution")],
  ["head", gettext("One head: Q, K, V")],
];

const VIEWS = { lens: Lens, attribution: Attribution, head: HeadView };

export function Layers() {
  const Shown = VIEWS[view.value];
  return (
    <div class="layers" data-testid="layers">
      <Choices name="layers-view" label={gettext("Look into the layers")} all={views()} chosen={view} />
      <Shown />
    </div>
  );
}
