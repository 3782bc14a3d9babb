/** The bar of a session within another site's page: what it is, and where it can be forked. */

import { gettext } from "../i18n";
import { boot } from "../store/draft";
import { pageAddress } from "../work/api";
import { Mark } from "./Mark";

export function EmbeddedBar() {
  const { id, embedded } = boot.session!;
  return (
    <header class="bar">
      <h1 class="embedded-title">
        <Mark />
        <span>{embedded || gettext("Untitled")}</span>
      </h1>
      <a class="button small" href={pageAddress(id)} target="_blank" rel="noopener" data-testid="embedded-open">
        {gettext("Open in Logitscope")}
      </a>
    </header>
  );
}
