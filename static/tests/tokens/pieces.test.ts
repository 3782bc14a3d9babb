import { describe, expect, it } from "vitest";
import { label, PieceReader, type Part } from "../../src/tokens/pieces";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (...pieces: Uint8Array[]): Part[][] => {
  const reader = new PieceReader();
  return pieces.map((piece) => reader.read(piece));
};
const text = (value: string): Part => ({ kind: "text", value });
const hex = (value: string): Part => ({ kind: "bytes", value });

describe("pieces", () => {
  it("that are text are text", () => {
    expect(read(utf8(" fox"), utf8("狐狸"))).toEqual([[text(" fox")], [text("狐狸")]]);
  });

  it("of a split character are shown as bytes, and as the character once it is complete", () => {
    expect(read(bytes(0xe6, 0xb3), bytes(0x95))).toEqual([[hex("E6 B3")], [hex("95"), text("法")]]);
  });

  it("may end one character and begin the next", () => {
    expect(read(bytes(0xe6), bytes(0xb3, 0x95, 0xe5), bytes(0x9c, 0x8b))).toEqual([
      [hex("E6")],
      [hex("B3 95"), text("法"), hex("E5")],
      [hex("9C 8B"), text("國")],
    ]);
  });

  it("put text before a character that they begin", () => {
    expect(read(bytes(0x20, 0xf0, 0x9f))).toEqual([[text(" "), hex("F0 9F")]]);
  });

  it("that break off a character show their own text, never a replacement character", () => {
    expect(read(bytes(0xe6, 0xb3), utf8("a"))).toEqual([[hex("E6 B3")], [text("a")]]);
  });

  it("that are stray bytes are shown as bytes", () => {
    expect(read(bytes(0x95, 0x41, 0xff))).toEqual([[hex("95"), text("A"), hex("FF")]]);
  });

  it("lose no byte, however a text is cut", () => {
    const whole = utf8("a法😀é\n");
    for (let cut = 0; cut <= whole.length; cut++) {
      const parts = read(whole.slice(0, cut), whole.slice(cut)).flat();
      expect(
        parts
          .filter(({ kind }) => kind === "text")
          .map(({ value }) => value)
          .join(""),
      ).toBe("a法😀é\n");
    }
  });
});

describe("a label", () => {
  it("makes white space visible", () => {
    expect(label(utf8(" a\n"))).toBe("·a⏎");
  });

  it("tells bytes from digits", () => {
    expect(label(bytes(0x99))).toBe("0x99");
    expect(label(utf8("99"))).toBe("99");
  });

  it("shows that a token is empty", () => {
    expect(label(bytes())).toBe("∅");
  });
});
