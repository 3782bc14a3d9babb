import { describe, expect, it } from "vitest";
import { words } from "../../src/tokens/words";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
/** The words of `pieces`, each as the numbers of its tokens. */
const grouped = (...pieces: (string | Uint8Array)[]) =>
  words(pieces.map((piece) => (typeof piece === "string" ? bytes(piece) : piece))).map(({ from, to }) =>
    Array.from({ length: to - from }, (_, k) => from + k),
  );

describe("words", () => {
  it("begin at white space, which belongs to the word after it", () => {
    expect(grouped("Once", " up", "on", " a", " time", ",")).toEqual([[0], [1, 2], [3], [4, 5]]);
    expect(grouped("a", "\n", "\n", "b")).toEqual([[0], [1, 2, 3]]);
  });

  it("end at white space that a token has behind it", () => {
    expect(grouped("he", "llo ", "world")).toEqual([[0, 1], [2]]);
  });

  it("are single characters in Chinese and Japanese, their punctuation too", () => {
    expect(grouped("狐", "狸", "，", "は", "a", "b")).toEqual([[0], [1], [2], [3], [4, 5]]);
    expect(grouped("a", " 狐", "b")).toEqual([[0], [1], [2]]);
  });

  it("keep a character that several tokens share in one piece", () => {
    const [fox, dog] = [bytes("狐"), bytes("狸")];
    expect(grouped(fox.slice(0, 1), fox.slice(1, 2), fox.slice(2), dog.slice(0, 2), dog.slice(2))).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it("never divide a token, whatever is in it", () => {
    expect(grouped("狐狸", "a b", "c")).toEqual([[0], [1, 2]]);
  });

  it("leave special tokens alone", () => {
    expect(grouped("<|endoftext|>", "Once", " upon", "<|endoftext|>", "x")).toEqual([[0], [1], [2], [3], [4]]);
  });

  it("take bytes that are no text for letters, and have a place for a token without bytes", () => {
    expect(grouped(Uint8Array.of(0xff), Uint8Array.of(0xe7), "a", new Uint8Array(), " b")).toEqual([[0, 1, 2, 3], [4]]);
    expect(grouped()).toEqual([]);
  });

  it("hold every token once and in order, in any text", () => {
    const text = bytes("The fox 狐狸 ran，to the\n\nriver。 “é” 🦊 ok <|endoftext|>");
    for (let size = 1; size <= 7; size++) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, k) => text.slice(k * size, (k + 1) * size));
      expect(words(pieces).flatMap(({ from, to }) => Array.from({ length: to - from }, (_, k) => from + k))).toEqual([...pieces.keys()]);
    }
  });
});
