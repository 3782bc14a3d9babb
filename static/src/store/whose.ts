/** What a tab remembers is its account's: whoever comes next at a shared computer finds nothing of it. */

import { loadFor, storeFor } from "./storage";

const KEY = "account";

/** `name`: of the account, null without one. What was made without one stays when somebody logs in: it becomes the account's. */
export function forgetFormerAccount(name: string | null, storage: Storage): void {
  const former = loadFor<string>(storage, KEY);
  if (former !== null && former !== name) storage.clear();
  storeFor(storage, KEY, name);
}
