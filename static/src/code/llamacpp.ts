/** The run for llama.cpp: as a program for llama-cpp-python, and as a command line. Pure. */

import { python, shell } from "./literals";
import { allIds, cannot, newTokens, ofBegun, ofChance, said, type Table, type Wanted } from "./wanted";

const convert = ({ address }: Wanted): string[] => [
  "# llama.cpp reads GGUF. It converts the architectures and tokenizers that it knows:",
  `# python convert_hf_to_gguf.py ${shell(address)} --outfile model.gguf`,
];

const plain = (name: string) => (value: unknown) => [`${name}=${python(value)},`];
const biases = (list: Record<string, number>, written: (id: string, bias: number) => string): string[] =>
  Object.entries(list).map(([id, bias]) => written(id, bias));

const BINDING: Table = {
  temperature: () => [], // what follows has a default that is not neutral, and is always said
  top_k: () => [],
  top_p: () => [],
  min_p: () => [],
  typical_p: plain("typical_p"),
  mirostat_mode: plain("mirostat_mode"),
  mirostat_tau: plain("mirostat_tau"),
  mirostat_eta: plain("mirostat_eta"),
  repetition_penalty: plain("repeat_penalty"),
  presence_penalty: plain("presence_penalty"),
  frequency_penalty: plain("frequency_penalty"),
  logit_bias: (list: Record<string, number>) => [`logit_bias={${biases(list, (id, bias) => `${id}: ${bias}`).join(", ")}},`],
  stop: plain("stop"),
};

export function llamaCppPython(wanted: Wanted): string {
  const { values, context, seed, prompt, begun } = wanted;
  const messages = begun ? null : wanted.messages; // a template cannot say how an answer begins
  const { lines, unsaid } = said(BINDING, wanted);
  const always = (["temperature", "top_k", "top_p", "min_p"] as const).map((name) => `${name}=${python(values[name])},`);
  const most = `max_tokens=${newTokens(wanted)},`;
  const asked = messages
    ? ["messages=[", ...messages.map((message) => `    ${python(message)},`), "],"]
    : [`${python(begun ? allIds(begun) : prompt)},`];
  return [
    "from llama_cpp import Llama",
    "",
    ...convert(wanted),
    ...cannot("llama-cpp-python", wanted, unsaid),
    ...ofChance(wanted),
    ...ofBegun(wanted),
    `llm = Llama(model_path="model.gguf", n_ctx=${context ?? 0}${seed === null ? "" : `, seed=${seed % 2 ** 32}`})`,
    messages ? "output = llm.create_chat_completion(" : "output = llm.create_completion(",
    ...[...asked, ...always, ...lines, most].map((line) => `    ${line}`),
    ")",
    messages ? 'print(output["choices"][0]["message"]["content"])' : 'print(output["choices"][0]["text"])',
    "",
  ].join("\n");
}

const flag = (name: string) => (value: unknown) => [`${name} ${shell(String(value))}`];

const COMMAND: Table = {
  temperature: () => [], // always said, as above
  top_k: () => [],
  top_p: () => [],
  min_p: () => [],
  typical_p: flag("--typical"),
  top_n_sigma: flag("--top-nsigma"),
  xtc_probability: (value: number, { values }: Wanted) => [`--xtc-probability ${value} --xtc-threshold ${String(values.xtc_threshold)}`],
  xtc_threshold: () => [],
  dynatemp_range: flag("--dynatemp-range"),
  dynatemp_exponent: flag("--dynatemp-exp"),
  mirostat_mode: flag("--mirostat"),
  mirostat_tau: flag("--mirostat-ent"),
  mirostat_eta: flag("--mirostat-lr"),
  repetition_penalty: flag("--repeat-penalty"),
  repeat_last_n: flag("--repeat-last-n"),
  presence_penalty: flag("--presence-penalty"),
  frequency_penalty: flag("--frequency-penalty"),
  dry_multiplier: flag("--dry-multiplier"),
  dry_base: flag("--dry-base"),
  dry_allowed_length: flag("--dry-allowed-length"),
  dry_penalty_last_n: flag("--dry-penalty-last-n"),
  dry_sequence_breakers: (list: string[]) => list.map((each) => `--dry-sequence-breaker ${shell(each)}`),
  logit_bias: (list: Record<string, number>) => biases(list, (id, bias) => `--logit-bias ${id}${bias < 0 ? "" : "+"}${bias}`),
  ignore_eos: () => ["--ignore-eos"],
  json_schema: flag("--json-schema"),
};

export function llamaCli(wanted: Wanted): string {
  const { values, messages, context, seed } = wanted;
  const { lines, unsaid } = said(COMMAND, wanted);
  const always = `--temp ${String(values.temperature)} --top-k ${String(values.top_k)} --top-p ${String(values.top_p)} --min-p ${String(values.min_p)}`;
  const sized = `-n ${newTokens(wanted)} -c ${context ?? 0}${seed === null ? "" : ` --seed ${seed % 2 ** 32}`}`;
  const command = ["llama-completion -m model.gguf", ...prompt(wanted), always, ...lines, sized];
  return [
    ...convert(wanted),
    ...cannot("llama-completion", wanted, unsaid),
    ...ofChance(wanted),
    ...severalTurns(messages),
    ...(wanted.begun && !sayable(wanted) ? ["# llama-completion cannot express: how the output begins"] : ofBegun(wanted)),
    `${command.join(" \\\n  ")}\n`,
  ].join("\n");
}

/** One question, with or without a system prompt, is all that a command line can say of a conversation. */
function prompt(wanted: Wanted): string[] {
  const { prompt, messages, begun } = wanted;
  if (!messages) return [`-no-cnv -p ${shell(prompt + (sayable(wanted) ? (begun?.text ?? "") : ""))}`];
  const system = messages.find(({ role }) => role === "system");
  const user = messages.findLast(({ role }) => role === "user");
  return ["-cnv -st --jinja", ...(system ? [`-sys ${shell(system.content)}`] : []), `-p ${shell(user?.content ?? "")}`];
}

/** A command line takes text, and a template cannot say how an answer begins. */
const sayable = ({ messages, begun }: Wanted): boolean => !messages && begun?.text != null;

const severalTurns = (messages: Wanted["messages"]): string[] =>
  messages && messages.filter(({ role }) => role !== "system").length > 1
    ? ["# llama-completion cannot express: earlier turns of the conversation"]
    : [];
