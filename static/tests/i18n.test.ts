/** Texts put together of others, as the language does it. */

import { describe, expect, it } from "vitest";
import { fill, inList, inSequence } from "../src/i18n";

describe("texts put together of others", () => {
  it("have a space between two sentences, and none after a mark of Chinese", () => {
    expect(inSequence(["It is 3.", "It may be 2.", "Change it."])).toBe("It is 3. It may be 2. Change it.");
    expect(inSequence(["现在是 3。", "最多 2。", "请修改。"])).toBe("现在是 3。最多 2。请修改。");
    expect([inSequence(["Alone."]), inSequence([])]).toEqual(["Alone.", ""]);
  });

  it("keep Latin and Chinese letters apart where a value is put in", () => {
    const values = { stage: "Top-k", of: 50, name: "溫度" };
    expect(fill("%(stage)s留下 %(of)s 個", values)).toBe("Top-k 留下 50 個");
    expect(fill("由%(stage)s移除", values)).toBe("由 Top-k 移除");
    expect(fill("由%(name)s移除", values)).toBe("由溫度移除");
    expect(fill("「%(stage)s」", values)).toBe("「Top-k」");
    expect(fill("%(stage)s kept %(of)s of %(missing)s", values)).toBe("Top-k kept 50 of %(missing)s");
  });

  it("are listed with the mark of the language", () => {
    expect(inList(["Top-k", "Top-p"])).toBe("Top-k, Top-p");
    globalThis.window = { gettext: (text: string) => (text === ", " ? "、" : text) } as unknown as typeof globalThis.window;
    expect(inList(["Top-k", "Top-p"])).toBe("Top-k、Top-p");
    Reflect.deleteProperty(globalThis, "window");
  });
});
