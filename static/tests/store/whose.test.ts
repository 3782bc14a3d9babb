import { expect, test } from "vitest";
import { forgetFormerAccount } from "../../src/store/whose";

/** A browser's storage with something in it. */
function remembering(): Storage {
  const items = new Map([["draft", "1"]]);
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
    clear: () => items.clear(),
  };
  return storage as unknown as Storage;
}

function kept(...names: (string | null)[]): boolean {
  const storage = remembering();
  for (const name of names) forgetFormerAccount(name, storage);
  return storage.getItem("draft") !== null;
}

test("what was made without an account stays when somebody logs in", () => {
  expect(kept(null, null, "ada", "ada")).toBe(true);
});

test("what an account made is forgotten when it logs out", () => {
  expect(kept("ada", null)).toBe(false);
});

test("what an account made is not shown to the next one", () => {
  expect(kept("ada", "eve")).toBe(false);
});
