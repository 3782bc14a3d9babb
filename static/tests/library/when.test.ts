import { expect, test } from "vitest";
import { ago } from "../../src/library/when";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const said = (then: string, language = "en") => ago(Date.parse(then), NOW, language);

test("the largest unit that has passed is said, rounded down", () => {
  expect(said("2026-11-23T11:59:01Z")).toBe("now");
  expect(said("2026-11-23T11:58:59Z")).toBe("1 minute ago");
  expect(said("2026-11-23T10:00:01Z")).toBe("1 hour ago");
  expect(said("2026-11-21T12:00:00Z")).toBe("2 days ago");
  expect(said("2026-11-02T12:00:00Z")).toBe("3 weeks ago");
  expect(said("2024-11-22T12:00:00Z")).toBe("2 years ago");
});

test("a clock that is ahead of ours says now, not in a minute", () => {
  expect(said("2026-11-23T12:05:00Z")).toBe("now");
});

test("it is said in the page's language", () => {
  expect(said("2026-11-23T09:00:00Z", "zh-hant")).toBe("3 小時前");
});
