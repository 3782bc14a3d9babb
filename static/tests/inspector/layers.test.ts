import { expect, it } from "vitest";
import { diverging, levelOf } from "../../src/draw/diverging";
import { anatomyOf } from "../../src/inspector/layers/anatomy";
import { cellOf, columnsOf, missing, rowsOf, settledAt, type Column } from "../../src/inspector/layers/columns";
import { byWeight, largest, signed } from "../../src/inspector/layers/signed";
import { LensTable } from "../../src/inspector/layers/table";
import type { Block, HeadView, Lens } from "../../src/protocol/generated";

const block = (dtype: "f4" | "i4", shape: number[], values: number[]): Block => {
  const array = dtype === "f4" ? Float32Array.from(values) : Int32Array.from(values);
  return { dtype, shape, data: new Uint8Array(array.buffer) };
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Three rows, two positions from `first`, two choices; the ranks of the tokens that stand there are given. */
const lens = (first: number, ranks: number[]): Lens => ({
  type: "lens",
  first,
  top_ids: block("i4", [3, 2, 2], [5, 9, 9, 5, 5, 9, 5, 9, 9, 5, 9, 5]),
  top_probabilities: block("f4", [3, 2, 2], [0.5, 0.25, 0.75, 0.125, 0.5, 0.25, 0.5, 0.25, 0.875, 0.0625, 0.5, 0.25]),
  ranks: block("i4", [3, 2], ranks),
  logprobs: block("f4", [3, 2], [Math.log(0.25), -1, -2, -3, Math.log(0.875), -5]),
  entropies: block("f4", [3, 2], [0, 1, 2, 3, 4, 5]),
  token_ids: [5, 9],
  pieces: [bytes(" fox"), bytes("狐")],
});

const columnAt = (answer: Lens, position: number): Column => new Map(columnsOf(answer)).get(position) as Column;

it("a cell of the lens is that of its row and position", () => {
  const column = columnAt(lens(7, [2, 1, 2, 1, 1, 1]), 7);
  expect(rowsOf(column)).toBe(3);
  expect(cellOf(column, 0)).toMatchObject({ rank: 2, probability: expect.closeTo(0.25), entropy: 0 });
  expect(cellOf(column, 2)).toMatchObject({ rank: 1, probability: expect.closeTo(0.875), entropy: 4 });
  expect(cellOf(column, 2).top).toEqual([
    { id: 9, piece: bytes("狐"), probability: 0.875 },
    { id: 5, piece: bytes(" fox"), probability: 0.0625 },
  ]);
  expect(cellOf(columnAt(lens(7, [2, 1, 2, 1, 1, 1]), 8), 1).top[0]?.id).toBe(5);
});

it("a token has settled where it is first on top and stays there", () => {
  expect(settledAt(columnAt(lens(1, [3, 1, 1, 2, 1, 1]), 1))).toBe(1);
  expect(settledAt(columnAt(lens(1, [3, 1, 1, 2, 1, 1]), 2))).toBe(2); // on top of the first row, then lost
  expect(settledAt(columnAt(lens(1, [1, 1, 1, 1, 1, 2]), 1))).toBe(0);
  expect(settledAt(columnAt(lens(1, [1, 1, 1, 1, 1, 2]), 2))).toBeNull();
});

it("what is missing is asked for in pieces, from the first that is in view", () => {
  const known = new Set([3, 4, 5, 9]);
  const has = (position: number) => known.has(position);
  expect(missing(has, 3, 20, 24)).toEqual([6, 9]);
  expect(missing(has, 10, 20, 4)).toEqual([10, 14]);
  expect(missing(has, 3, 6, 4)).toBeNull();
});

const untilAsked = async (asked: unknown[], count: number): Promise<void> => {
  while (asked.length < count) await Promise.resolve();
};

it("the lens asks for one piece after the other, and forgets them with the run", async () => {
  const asked: [number, number][] = [];
  const table = new LensTable(
    async ({ first = 1, last }) => {
      asked.push([first, last ?? 0]);
      const width = (last ?? 0) - first;
      const ints = (count: number) => block("i4", [1, width, 1].slice(0, count), new Array<number>(width).fill(1));
      const floats = (count: number) => block("f4", [1, width, 1].slice(0, count), new Array<number>(width).fill(0.5));
      return {
        type: "lens",
        first,
        top_ids: ints(3),
        top_probabilities: floats(3),
        ranks: ints(2),
        logprobs: floats(2),
        entropies: floats(2),
        token_ids: [1],
        pieces: [bytes("a")],
      };
    },
    () => [],
    async () => {},
  );
  table.want("one", 1, 41);
  await untilAsked(asked, 2);
  expect(asked).toEqual([[1, 25], [25, 41]]); // prettier-ignore
  while (!table.at(40)) await Promise.resolve();
  table.want("one", 10, 41); // nothing new
  table.want("two", 3, 5);
  expect(table.at(40)).toBeNull();
  await untilAsked(asked, 3);
  expect(asked[2]).toEqual([3, 5]);
});

it("a refusal stops the asking until it is asked again", async () => {
  let willing = false;
  const asked: number[] = [];
  const table = new LensTable(
    async ({ first = 1 }) => {
      asked.push(first);
      if (!willing) throw new Error("no");
      return lens(first, [1, 1, 1, 1, 1, 1]);
    },
    () => [{ code: "no_worker", message: "", field: null, value: null, bound: null }],
    async () => {},
  );
  table.want("run", 1, 3);
  while (!table.refused.value.length) await Promise.resolve();
  table.want("run", 1, 3);
  expect(asked).toEqual([1]);
  await Promise.resolve();
  willing = true;
  table.again();
  while (!table.at(2)) await Promise.resolve();
  expect(asked).toEqual([1, 1]);
  expect(table.refused.value).toEqual([]);
});

it("signed scores carry their sign, and the loudest come first whatever it is", () => {
  const scores = Float32Array.from([0.5, -2, 2, 0]);
  expect(byWeight(scores)).toEqual([1, 2, 0, 3]);
  expect(largest(scores)).toBe(2);
  expect(largest(new Float32Array())).toBe(1);
  expect([signed(0.5), signed(-2), signed(0)]).toEqual(["+0.5", "−2", "0"]);
});

it("the diverging ramp has one colour for zero and opposite ones beside it", () => {
  const ramp = diverging(false);
  const at = (value: number) => [...ramp.subarray(levelOf(value, 2), levelOf(value, 2) + 3)];
  expect(at(0)).toEqual([247, 247, 245]);
  expect(at(2)).toEqual([24, 78, 156]);
  expect(at(-2)).toEqual([176, 84, 8]);
  expect(at(5)).toEqual(at(2));
  expect(levelOf(1, 0)).toBe(levelOf(0, 1));
});

it("the rows of a head are those of its blocks", () => {
  const view: HeadView = {
    type: "head",
    position: 2,
    layer: 0,
    head: 0,
    kv_head: 0,
    heads_per_kv: 1,
    scaling: 0.5,
    window: null,
    softcap: null,
    query: block("f4", [2], [1, -4]),
    keys: block("f4", [2, 2], [1, 2, 3, 3]),
    values: block("f4", [2, 3], [1, 2, 3, 4, 5, 6]),
    scores: block("f4", [2], [-3.5, -4.5]),
    weights: block("f4", [2], [0.75, 0.25]),
    output: block("f4", [3], [1.75, 2.75, 3.75]),
  };
  const parts = anatomyOf(view);
  expect([...parts.key(1)]).toEqual([3, 3]);
  expect([...parts.value(1)]).toEqual([4, 5, 6]);
  expect(parts.value(1)).toBe(parts.value(1));
  expect([parts.mostIn, parts.mostOut, parts.mostScore, parts.mostWeight]).toEqual([4, 6, 4.5, 0.75]);
});
