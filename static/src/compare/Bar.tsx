/** The bar on top of the comparison. */

import { AccountMenu } from "../bar/AccountMenu";
import { KeysButton } from "../bar/KeysButton";
import { Language } from "../bar/Language";
import { Mark } from "../bar/Mark";
import { RunStop } from "../bar/RunStop";
import { SettingsButton } from "../bar/SettingsButton";
import { Speed } from "../bar/Speed";
import { ThemeButton } from "../bar/ThemeButton";
import { gettext } from "../i18n";
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

const RunButtons = () => (
  <div class="run-buttons">
    <RunStop live={isRunning.value} run={gettext("Run all")} start={startOrShowFault} stop={gettext("Stop all")} end={stop} />
  </div>
);
