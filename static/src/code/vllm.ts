/** The run as a program for vLLM. Pure. */

import { python } from "./literals";
import { allIds, cannot, fewestNew, newTokens, ofBegun, ofChance, said, type Table, type Wanted } from "./wanted";

const same = ["top_k", "top_p", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty", "bad_words"];
const ending = ["allowed_token_ids", "min_tokens", "stop", "stop_token_ids", "ignore_eos", "n"];
const structured = (kind: string) => (value: unknown) => [`structured_outputs=StructuredOutputsParams(${kind}=${python(value)}),`];

const TABLE: Table = {
  ...Object.fromEntries([...same, ...ending].map((name) => [name, (value: unknown) => [`${name}=${python(value)},`]])),
  temperature: () => [], // always said
  min_tokens: (least: number, wanted: Wanted) => [`min_tokens=${fewestNew(least, wanted)},`],
  logit_bias: (biases: Record<string, number>) => [
    `logit_bias={${Object.entries(biases)
      .map(([id, bias]) => `${id}: ${bias}`)
      .join(", ")}},`,
  ],
  choice: structured("choice"),
  regex: structured("regex"),
  json_schema: structured("json"),
  grammar: structured("grammar"),
};

export function vllm(wanted: Wanted): string {
  const { lines, unsaid } = said(TABLE, wanted);
  const { values, messages, seed, begun } = wanted;
  const more = lines.some((line) => line.startsWith("structured_outputs"))
    ? ["from vllm.sampling_params import StructuredOutputsParams"]
    : [];
  const revision = wanted.revision ? `, revision=${python(wanted.revision)}` : "";
  const seeded = seed === null ? [] : [`seed=${seed},`];
  return [
    "from vllm import LLM, SamplingParams",
    ...more,
    "",
    ...cannot("vLLM", wanted, unsaid),
    ...ofChance(wanted),
    `llm = LLM(model=${python(wanted.address)}${revision}, dtype=${python(wanted.dtype)})`,
    "params = SamplingParams(",
    ...[`temperature=${python(values.temperature)},`, ...lines, `max_tokens=${newTokens(wanted)},`, ...seeded].map((line) => `    ${line}`),
    ")",
    ...ofBegun(wanted),
    ...(begun
      ? [`outputs = llm.generate([{"prompt_token_ids": ${python(allIds(begun))}}], params)`]
      : messages
        ? ["messages = [", ...messages.map((message) => `    ${python(message)},`), "]", "outputs = llm.chat(messages, params)"]
        : [`outputs = llm.generate([${python(wanted.prompt)}], params)`]),
    "print(outputs[0].outputs[0].text)",
    "",
  ].join("\n");
}
