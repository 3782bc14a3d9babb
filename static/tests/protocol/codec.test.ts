import { describe, expect, it } from "vitest";
import { half, pack, unpack, values } from "../../src/protocol/codec";
import type { Block } from "../../src/protocol/generated";
import { events } from "../recording";

const block = (dtype: Block["dtype"], ...data: number[]): Block => ({ dtype, shape: [data.length], data: Uint8Array.from(data) });

describe("the codec", () => {
  it("reads every kind of event that the encoder writes", () => {
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["loading", "started", "prefilled", "token", "finished"]));
  });

  it("numbers the events without holes", () => {
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, k) => k + 1));
  });

  it("writes what it reads", () => {
    const message = { type: "ack", run: "r", seq: 12 } as const;
    expect(unpack(pack(message))).toEqual(message);
  });

  it("reads arrays that do not lie on a word's border", () => {
    const frame = Uint8Array.of(9, 0, 0, 128, 63, 0, 0, 0, 192);
    expect(Array.from(values({ dtype: "f4", shape: [2], data: frame.subarray(1) }))).toEqual([1, -2]);
  });

  it.each([
    ["i1", [255], [-1]],
    ["i2", [254, 255], [-2]],
    ["i4", [1, 0, 0, 0], [1]],
    ["u1", [200], [200]],
    ["f2", [0, 0x3c], [1]],
  ] as const)("reads %s", (dtype, data, expected) => {
    expect(Array.from(values(block(dtype, ...data)))).toEqual([...expected]);
  });

  it("reads half precision, its infinities and its smallest number", () => {
    expect([half(0x3555), half(0xfc00), half(0x0001), half(0xc000)]).toEqual([0.333251953125, -Infinity, 2 ** -24, -2]);
    expect(half(0x7e00)).toBeNaN();
  });
});
