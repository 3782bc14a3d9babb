/** Making somebody else's session one's own. */

import { signal } from "@preact/signals";
import { told } from "../errors";
import { forkSession, pageAddress } from "./api";
import { readOnly, work } from "./work";

/** Why a session could not be fetched or forked. */
export const problem = signal<string | null>(null);

/** Makes a copy of one's own and opens it. */
export async function fork(): Promise<void> {
  const from = work.peek()?.session;
  if (!from || !readOnly.peek()) return;
  try {
    location.href = pageAddress((await forkSession(from)).id);
  } catch (error) {
    problem.value = told(error);
  }
}
