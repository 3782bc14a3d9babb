import { describe, expect, it } from "vitest";
import { againstBeams, fieldNamed, isOff, problem, problems } from "../../src/settings/schema";
import { moved, parse, unescape } from "../../src/settings/values";
import { field, fields, initial } from "../recording";

describe("the schema of the settings", () => {
  it("gives every field a control", () => {
    expect(fields.map(({ kind }) => kind)).not.toContain(undefined);
    expect([field("top_k").kind, field("stop").kind, field("logit_bias").kind, field("stage_order").kind, field("seed").nullable]).toEqual([
      "integer",
      "strings",
      "biases",
      "order",
      true,
    ]);
  });

  it("begins without a problem", () => {
    expect(problems(fields, initial)).toEqual({});
  });

  it("offers texts for constraints, of which one may be given", () => {
    expect([field("regex").kind, field("choice").kind]).toEqual(["text", "strings"]);
    expect(problem(field("regex"), "x".repeat(9000))).toBe("9000 characters are more than 8192.");
    expect(problems(fields, { ...initial, regex: "a+" })).toEqual({});
    expect(problems(fields, { ...initial, choice: ["a"], regex: "a+" })).toEqual({
      regex: "Given together with “Choice”; only one constraint may be.",
    });
  });

  it("says which bound a number breaks", () => {
    expect(problem(field("temperature"), 99)).toBe("99 is more than 10.");
    expect(problem(field("temperature"), -0.5)).toBe("-0.5 is less than 0.");
    expect(problem(field("top_p"), 0)).toBe("0 is not above 0.");
    expect(problem(field("top_k"), 1.5)).toBe("1.5 is not a whole number.");
  });

  it.each(["", "abc", "1e999", "NaN", "0x", "1,5"])("takes %j for no number", (typed) => {
    expect(problem(field("temperature"), parse(typed, false))).toContain("not a number");
  });

  it("lets the seed be empty, and nothing else", () => {
    expect(problem(field("seed"), parse("", true))).toBeNull();
    expect(problem(field("max_tokens"), parse("", false))).toBe("Nothing is not a number.");
  });

  it("checks the items of lists and the values of biases", () => {
    expect(problem(field("stop"), ["x".repeat(300)])).toContain("more than 256");
    expect(problem(field("stop_token_ids"), [5, -1])).toContain("less than 0");
    expect(problem(field("logit_bias"), { 5: 500 })).toContain("more than 100");
  });

  it("checks the least tokens against the most", () => {
    expect(problems(fields, { ...initial, min_tokens: 50, max_tokens: 10 })).toEqual({ min_tokens: "50 is more than 10." });
  });

  it("knows when a setting is off", () => {
    expect([isOff(field("top_p"), 1), isOff(field("top_p"), 0.9), isOff(field("max_tokens"), 128)]).toEqual([true, false, false]);
  });

  it("finds the field in the path of an error", () => {
    const names = fields.map(({ name }) => name);
    expect(["spec.sampling.top_p", "sampling.stop.0", "prompt", null].map((path) => fieldNamed(path, [...names, "prompt"]))).toEqual([
      "top_p",
      "stop",
      "prompt",
      null,
    ]);
  });
});

it("a stage moves to where it is put", () => {
  expect(moved(["a", "b", "c"], "c", 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
});

it("a new line is typed as a backslash and an n", () => {
  expect(unescape("a\\n\\tb")).toBe("a\n\tb");
});

describe("beam search", () => {
  const names = (values: Record<string, unknown>) => againstBeams(fields, { ...initial, ...values }).map(({ name }) => name);

  it("is in nobody's way while there is one beam", () => {
    expect(names({ top_k: 40, temperature: 0.7 })).toEqual([]);
  });

  it("names what shapes a draw that it does not make, and no other setting", () => {
    const values = { num_beams: 4, top_k: 40, top_p: 0.9, temperature: 0.7, repetition_penalty: 1.2, max_tokens: 7 };
    expect(names(values).sort()).toEqual(["temperature", "top_k", "top_p"]);
    expect(names({ num_beams: 4, temperature: 0 })).toEqual([]);
  });

  it("is refused for none of them once they are neutral", () => {
    const values = { ...initial, num_beams: 4, top_k: 40, min_p: 0.1, mirostat_mode: 2 };
    const neutral = Object.fromEntries(againstBeams(fields, values).map(({ name, neutral }) => [name, neutral]));
    expect(againstBeams(fields, { ...values, ...neutral })).toEqual([]);
  });
});
