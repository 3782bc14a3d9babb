/** The browser's storage, which may be full, forbidden, or hold what an older page wrote. */

export function loadFor<T>(storage: Storage, key: string): T | null {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function storeFor(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing depends on it: the page only forgets.
  }
}
