/** Texts put together of others, as the language does it. */

import { describe, expect, it } from "vitest";
import { inList, inSequence } from "../src/i18n";

describe("texts put together of others", () => {
  it("have a space between two sentences, and none after a mark of Chinese", () => {
    expect(inSequence(["It is 3.", "It may be 2.", "Change it."])).toBe("It is 3. It may be 2. Change it.");
    expect(inSequence(["现在是 3。", "最多 2。", "请修改。"])).toBe("现在是 3。最多 2。请修改。");
    expect([inSequence(["Alone."]), inSequence([])]).toEqual(["Alone.", ""]);
  });

  it("are listed with the mark of the language", () => {
    expect(inList(["Top-k", "Top-p"])).toBe("Top-k, Top-p");
    globalThis.window = { gettext: (text: string) => (text === ", " ? "、" : text) } as unknown as typeof globalThis.window;
    expect(inList(["Top-k", "Top-p"])).toBe("Top-k、Top-p");
    Reflect.deleteProperty(globalThis, "window");
  });
});
