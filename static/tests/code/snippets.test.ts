import { expect, test } from "vitest";
import { json, python, shell } from "../../src/code/literals";
import { spans } from "../../src/code/highlight";
import { llamaCli, llamaCppPython } from "../../src/code/llamacpp";
import { curl, openaiClient } from "../../src/code/openai";
import { transformers } from "../../src/code/transformers";
import { vllm } from "../../src/code/vllm";
import { activeNames, type Wanted } from "../../src/code/wanted";
import { fields, initial } from "../recording";

const wanted = (settings: Record<string, unknown>, more: Partial<Wanted> = {}): Wanted => {
  const values = { ...initial, ...settings };
  const known = {
    origin: "http://127.0.0.1:8000",
    name: "stories",
    address: "owner/name",
    revision: null,
    dtype: "float32",
    context: 64,
    prompt: "Hi",
    messages: null,
    seed: 7,
    eos: [0],
    begun: null,
  };
  return { ...known, values, active: activeNames(fields, values), ...more };
};
const engines = { transformers, vllm, llamaCppPython, llamaCli, openaiClient, curl };

test("a string is one line of Python, whatever it holds", () => {
  expect(python('a"b\\c\n\t\r')).toBe(String.raw`"a\"b\\c\n\t\r"`);
  expect(python("狐狸 🦊 é")).toBe('"狐狸 🦊 é"');
  expect(python("\u202e\u2028\u0000\ud83e")).toBe(String.raw`"\u202e\u2028\x00\ud83e"`);
});

test("an argument is one word of the shell", () => {
  expect(shell("plain-1.0")).toBe("plain-1.0");
  expect(shell("it's $HOME\n`x`")).toBe(`'it'\\''s $HOME\n\`x\`'`);
});

test("JSON has a member a line, and nothing that is not seen", () => {
  const value = { a: "\u202e 狐狸 🦊 \u0000", b: [1, { c: null }] };
  expect(json(value)).toBe('{\n  "a": "\\u202e 狐狸 🦊 \\u0000",\n  "b": [1,{"c":null}]\n}');
  expect(JSON.parse(json(value))).toEqual(value);
});

test("lists, maps and nothing are Python's", () => {
  expect(python([1, "a", null, true, { k: [] }])).toBe('[1, "a", None, True, {"k": []}]');
});

test("a setting that is off is not said", () => {
  const code = transformers(wanted({ temperature: 0.7, top_p: 0.9 }));
  expect(code).toContain("temperature=0.7,");
  expect(code).toContain("top_p=0.9,");
  expect(code).not.toContain("min_p");
});

test("sampling switches the engine's own cut off", () => {
  expect(transformers(wanted({ temperature: 0.7 }))).toContain("top_k=0,");
  expect(llamaCppPython(wanted({}))).toMatch(/temperature=1,\n {4}top_k=0,\n {4}top_p=1,\n {4}min_p=0,/);
});

test("greedy decoding needs no cut and no dice", () => {
  const code = transformers(wanted({ temperature: 0, top_p: 0.5, repetition_penalty: 1.2 }));
  expect(code).toContain("do_sample=False,");
  expect(code).not.toContain("top_p");
  expect(code).not.toContain("dice");
  expect(code).toContain("repetition_penalty=1.2,");
});

test.each(Object.entries(engines))("every active setting is said to %s, or said to be unsaid", (_, write) => {
  for (const field of fields.filter(({ kind, neutral }) => kind === "number" && neutral !== null)) {
    const on = wanted({ [field.name]: 0.3125 });
    if (on.active.includes(field.name)) expect(write(on), field.name).toContain("0.3125");
  }
});

test.each(Object.entries(engines))("%s is given a conversation as a conversation", (_, write) => {
  const code = write(wanted({}, { messages: [{ role: "user", content: "Who's there?" }] }));
  expect(code).toMatch(/Who'(\\'')?s there\?/);
  expect(code).not.toContain('"Hi"');
});

test("this site is told everything, the order of the stages and the dice among it", () => {
  const asked = wanted({ temperature: 0.7, min_p: 0.02, dialect: "vllm", stage_order: ["min_p", "temperature"], dry_multiplier: 0.5 });
  const code = openaiClient(asked);
  expect(code).toContain("    temperature=0.7,\n");
  expect(code).toContain("    seed=7,\n");
  expect(code).toContain('extra_body={"min_p": 0.02, "dry_multiplier": 0.5, "dialect": "vllm", "stage_order": ["min_p", "temperature"]},');
  expect(code).not.toMatch(/cannot express|dice/);
  const body = JSON.parse(/-d '(.*)'/s.exec(curl(asked))?.[1] ?? "") as Record<string, unknown>;
  expect(body).toMatchObject({ model: "stories", prompt: "Hi", temperature: 0.7, min_p: 0.02, dialect: "vllm", seed: 7 });
});

test("comments and strings are told from the rest, and nothing is lost", () => {
  const code = transformers(wanted({ presence_penalty: 1 }, { prompt: 'a # "no" comment' }));
  const found = spans(code, "python");
  expect(found.map(({ text }) => text).join("")).toBe(code);
  expect(found.filter(({ kind }) => kind === "comment").every(({ text }) => text.startsWith("# "))).toBe(true);
  expect(found).toContainEqual({ kind: "string", text: String.raw`"a # \"no\" comment"` });
});

const begun = { promptIds: [5, 6], ids: [7, 8, 9], text: " and so" };

test.each(Object.entries(engines))("%s goes on after the tokens that the output begins with", (name, write) => {
  const code = write(wanted({ max_tokens: 20, min_tokens: 5 }, { begun }));
  const said = { llamaCli: "-p 'Hi and so'", transformers: "[[7, 8, 9]]", curl: "[5,6,7,8,9]" }[name];
  expect(code).toContain(said ?? "[5, 6, 7, 8, 9]");
  expect(code).toMatch(name === "llamaCli" ? /-n 17 / : /max_(new_)?tokens"?[=:] ?17,/);
  if (!name.startsWith("llama")) expect(code).toMatch(/min_(new_)?tokens"?[=:] ?2[,}]/);
  expect(code).toContain("begins with 3 tokens");
});

test("a command line that cannot say how an answer begins says so", () => {
  const messages = [{ role: "user" as const, content: "Hi" }];
  for (const more of [{ begun: { ...begun, text: null } }, { begun, messages }])
    expect(llamaCli(wanted({}, more))).toContain("# llama-completion cannot express: how the output begins");
});
