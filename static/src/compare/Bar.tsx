/** The bar on top of the comparison. */

import { AccountMenu } from "../bar/AccountMenu";
import { KeysButton } from "../bar/KeysButton";
import { Language } from "../bar/Language";
import { Mark } from "../bar/Mark";
import { SettingsButton } from "../bar/SettingsButton";
import { Speed } from "../bar/Speed";
import { ThemeButton } from "../bar/ThemeButton";
import { gettext } from "../i18n";
import { connection } from "../store/view";
import { ForkButton, NewButton } from "../work/Buttons";
import { ShareButton } from "../work/Share";
import { readOnly } from "../work/work";
import { isRunning, stop } from "./runs";
import { begin } from "./session";
import { startOrShowFault } from "./start";

export const Bar = () => (
  <header class="bar">
    <SettingsButton />
    <a class="wordmark" href="/" title={gettext("Back to the playground")}>
      <Mark /> Logitscope
    </a>
    <h1 class="page-name">{gettext("Compare")}</h1>
    <Speed />
    {readOnly.value ? <ForkButton /> : <RunButtons />}
    <span class="bar-end">
      <NewButton act={begin} />
      <ShareButton />
      <a class="button small to-playground" href="/">
        {gettext("Playground")}
      </a>
      <KeysButton />
      <ThemeButton />
      <Language />
      <AccountMenu />
    </span>
  </header>
);

function RunButtons() {
  return (
    <div class="run-buttons">
      <button
        type="button"
        class="button primary"
        data-testid="run"
        hidden={isRunning.value}
        aria-keyshortcuts="Control+Enter"
        disabled={connection.value === "waiting"}
        onClick={startOrShowFault}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path class="solid" d="M5 3.2v9.6l8-4.8z" />
        </svg>
        {gettext("Run all")} <kbd aria-hidden="true">Ctrl ↵</kbd>
      </button>
      <button type="button" class="button stop" data-testid="stop" hidden={!isRunning.value} onClick={stop}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <rect class="solid" x="4" y="4" width="8" height="8" rx="1" />
        </svg>
        {gettext("Stop all")}
      </button>
    </div>
  );
}
