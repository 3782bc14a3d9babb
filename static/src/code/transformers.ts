/** The run as a program for transformers. Pure. */

import { python } from "./literals";
import { cannot, fewestNew, newTokens, ofBegun, ofChance, said, type Table, type Wanted } from "./wanted";

const plain = (name: string) => (value: unknown) => [`${name}=${python(value)},`];

const TABLE: Table = {
  temperature: plain("temperature"),
  top_p: plain("top_p"),
  top_k: plain("top_k"),
  min_p: plain("min_p"),
  typical_p: plain("typical_p"),
  epsilon_cutoff: plain("epsilon_cutoff"),
  eta_cutoff: plain("eta_cutoff"),
  repetition_penalty: plain("repetition_penalty"),
  no_repeat_ngram_size: plain("no_repeat_ngram_size"),
  logit_bias: (biases: Record<string, number>) => [
    `sequence_bias={${Object.entries(biases)
      .map(([id, bias]) => `(${id},): ${float(bias)}`)
      .join(", ")}},`,
  ],
  bad_words: (words: string[]) => [`bad_words_ids=tokenizer(${python(words)}, add_special_tokens=False)["input_ids"],`],
  allowed_token_ids: (ids: number[]) => [`prefix_allowed_tokens_fn=lambda batch, so_far: ${python(ids)},`],
  min_tokens: (least: number, wanted: Wanted) => [`min_new_tokens=${fewestNew(least, wanted)},`],
  stop: (strings: string[]) => [`stop_strings=${python(strings)},`, "tokenizer=tokenizer,"],
  stop_token_ids: (ids: number[], { eos }: Wanted) => [`eos_token_id=${python([...eos, ...ids])},`],
  max_time: plain("max_time"),
  n: plain("num_return_sequences"),
  num_beams: plain("num_beams"),
  length_penalty: plain("length_penalty"),
  early_stopping: plain("early_stopping"),
  guidance_scale: plain("guidance_scale"),
  negative_prompt: (text: string) => [`negative_prompt_ids=tokenizer(${python(text)}, return_tensors="pt")["input_ids"],`],
};

const float = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

export function transformers(wanted: Wanted): string {
  const { lines, unsaid } = said(TABLE, wanted);
  const revision = wanted.revision ? `, revision=${python(wanted.revision)}` : "";
  const name = python(wanted.address);
  return [
    "import torch",
    "from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed",
    "",
    ...cannot("transformers", wanted, unsaid),
    ...ofChance(wanted),
    `tokenizer = AutoTokenizer.from_pretrained(${name}${revision})`,
    `model = AutoModelForCausalLM.from_pretrained(${name}${revision}, dtype=torch.${wanted.dtype})`,
    ...prompt(wanted),
    ...begun(wanted),
    ...(wanted.seed === null ? [] : [`set_seed(${wanted.seed % 2 ** 32})`]),
    "output = model.generate(",
    ...[...choosing(wanted), ...lines, `max_new_tokens=${newTokens(wanted)},`].map((line) => `    ${line}`),
    ")",
    `print(tokenizer.decode(output[0, inputs["input_ids"].shape[1]${wanted.begun ? " - begun.shape[1]" : ""}:]))`,
    "",
  ].join("\n");
}

/** A template writes its special tokens itself; `tokenizer(text)` adds those that a text begins with. */
function prompt({ prompt, messages }: Wanted): string[] {
  if (!messages) return [`inputs = tokenizer(${python(prompt)}, return_tensors="pt")`];
  return [
    "messages = [",
    ...messages.map((message) => `    ${python(message)},`),
    "]",
    'inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")',
  ];
}

function begun(wanted: Wanted): string[] {
  if (!wanted.begun) return [];
  return [
    ...ofBegun(wanted),
    `begun = torch.tensor([${python(wanted.begun.ids)}])`,
    'inputs = {"input_ids": torch.cat([inputs["input_ids"], begun], dim=1)}',
    'inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])',
  ];
}

/** transformers cuts to 50 candidates unless told otherwise. */
function choosing({ values, active }: Wanted): string[] {
  if (values.temperature === 0 || Number(values.num_beams ?? 1) > 1) return ["**inputs,", "do_sample=False,"];
  return ["**inputs,", "do_sample=True,", ...(active.includes("top_k") ? [] : ["top_k=0,"])];
}
