import { expect, test } from "vitest";
import { dicePicture } from "../../src/export/pictures/dice";
import { clipped, element, file, text, type Palette } from "../../src/export/pictures/svg";
import { timingPicture } from "../../src/export/pictures/timing";
import { waterfallPicture } from "../../src/export/pictures/waterfall";
import { waterfall } from "../../src/store/trace";
import { tokens, traced } from "../recording";

const palette = new Proxy({}, { get: (_, name) => `#${String(name)}` }) as Palette;
const token = traced(tokens[5]); // every kind of stage removed something here
const table = waterfall(token);

test("what a token says cannot become markup, and what XML cannot say becomes U+FFFD", () => {
  expect(text(0, 0, `<script>"&'\u0000\ud800`, "red")).toContain(`&lt;script&gt;&quot;&amp;'\ufffd\ufffd</text>`);
  expect(element("rect", { fill: `"><script>` })).toBe(`<rect fill="&quot;&gt;&lt;script&gt;"/>`);
});

test("long names are cut by the room they take", () => {
  expect(clipped("abcdef", 6)).toBe("abcdef");
  expect(clipped("abcdefg", 6)).toBe("abcde…");
  expect(clipped("狐狸狐狸", 6)).toBe("狐狸…");
});

test("the waterfall shows every candidate in its row and every stage with its setting", () => {
  const { body } = waterfallPicture(table, (stage) => `[${stage}]`, "linear", palette);
  for (const { id } of table.rows) expect(body).toContain(`  ${id}</text>`);
  for (const { stage } of table.columns) expect(body).toContain(`[${stage.name}]`);
  expect(body.match(/× /g)?.length).toBe(table.rows.filter(({ removedAt }) => removedAt >= 0).length);
});

test("the needle stands where the number fell, and greedy decoding has none", () => {
  const at = 16 + token.trace.dice.u * (900 - 32);
  expect(dicePicture(table, token.trace.dice, token.id, palette).body).toContain(`<line x1="${Math.round(at * 100) / 100}"`);
  expect(dicePicture(table, { ...token.trace.dice, greedy: true }, token.id, palette).body).not.toContain("<line");
});

test("every step has its two bars", () => {
  const { body } = timingPicture(tokens, palette);
  expect(body.match(/fill="#accent"/g)?.length).toBe(tokens.length + 1);
});

test("a file is one SVG of the size that it says", () => {
  const svg = file({ width: 10, height: 20, body: "" }, palette);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="10" height="20" viewBox="0 0 10 20"/);
});
