import { expect, test } from "vitest";
import { matching } from "../../src/keys/match";

const all = [
  { title: "Run", group: "Run" },
  { title: "Theme: dark", group: "Page" },
  { title: "Entropy", group: "Colour by" },
  { title: "Dark roast", group: "Coffee" },
  { title: "溫度", group: "設定" },
];
const titles = (query: string) => matching(all, query).map(({ title }) => title);

test("nothing typed is everything, in its order", () => {
  expect(titles("  ")).toEqual(all.map(({ title }) => title));
});

test("every word must be there, in title or group, in any order", () => {
  expect(titles("dark theme")).toEqual(["Theme: dark"]);
  expect(titles("colour entr")).toEqual(["Entropy"]);
  expect(titles("dark nothing")).toEqual([]);
});

test("a title that begins with what was typed comes first", () => {
  expect(titles("dark")).toEqual(["Dark roast", "Theme: dark"]);
});

test("case, width and accents do not matter", () => {
  expect(titles("ＥＮＴＲÓPY")).toEqual(["Entropy"]);
  expect(titles("溫")).toEqual(["溫度"]);
});
