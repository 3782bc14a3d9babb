import { expect, test } from "vitest";
import { NOTHING, type Distances } from "../../src/compare/distances";
import { distancesOf, packed, runsOf, unpacked } from "../../src/compare/kept";

const distances: Distances = {
  kl: Float32Array.of(0.5, Infinity),
  reverse_kl: Float32Array.of(0.25, 1e-7),
  js: Float32Array.of(0, 0.693),
  overlap: Float32Array.of(1, 0.3),
};
const sides = [
  { key: 0, model: null, changes: {} },
  { key: 3, model: "draft", changes: { temperature: 1.2 } },
];
const record = (part: object = {}) =>
  JSON.parse(JSON.stringify({ sides, runs: [[3, "run"]], distances: packed(new Map([[3, distances]])), ...part }));

test("what is kept comes back to the last bit", () => {
  const found = unpacked(record())!;
  expect([found.sides, found.runs]).toEqual([sides, [[3, "run"]]]);
  expect(distancesOf(found, 3)).toEqual(distances);
  expect(distancesOf(found, 0)).toEqual(NOTHING);
});

test("distances that would be too much are left out", () => {
  const long = new Float32Array(10_000);
  expect(packed(new Map([[3, { kl: long, reverse_kl: long, js: long, overlap: long }]]))).toEqual({});
});

test.each([
  ["nothing", undefined],
  ["no map", 7],
  ["one lane", record({ sides: sides.slice(1) })],
  ["five lanes", record({ sides: [0, 1, 2, 3, 4].map((key) => ({ key, model: null, changes: {} })) })],
  ["a key twice", record({ sides: [sides[0], sides[0]] })],
  ["a model that is no name", record({ sides: [sides[0], { key: 1, model: 7, changes: {} }] })],
  ["changes that are none", record({ sides: [sides[0], { key: 1, model: null, changes: [] }] })],
])("%s is no comparison", (_, damaged) => {
  expect(unpacked(damaged)).toBeNull();
});

test("runs of lanes that there are not, and damaged distances, are left out", () => {
  expect(
    unpacked(
      record({
        runs: [
          [9, "run"],
          [3, 5],
          [0, "one"],
        ],
      }),
    )!.runs,
  ).toEqual([[0, "one"]]);
  for (const kl of ["#", "AAA=", btoa("1234")]) {
    const found = unpacked(record({ distances: { 3: { ...packed(new Map([[3, distances]]))[3], kl } } }))!;
    expect(distancesOf(found, 3)).toEqual(NOTHING);
  }
});

test("a lane has the run that was saved, else the last that was begun for it", () => {
  const all = ["lane_a", "lane_b", "lane_a", "lane_b"].map((kind, k) => ({ id: `run ${k}`, kind }));
  expect(runsOf(unpacked(record({ runs: [[3, "run 1"]] }))!, all)).toEqual([
    [0, "run 2"],
    [3, "run 1"],
  ]);
  expect(runsOf(unpacked(record({ runs: [[3, "gone"]] }))!, all.slice(0, 1))).toEqual([[0, "run 0"]]);
});
