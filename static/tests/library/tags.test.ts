import { expect, test } from "vitest";
import { tagsIn } from "../../src/library/tags";

test("tags stand between commas of any script, each once", () => {
  expect(tagsIn(" fox, 狐狸，森林、fox ,, ")).toEqual(["fox", "狐狸", "森林"]);
  expect(tagsIn("  ")).toEqual([]);
});
