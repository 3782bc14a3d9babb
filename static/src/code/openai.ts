/** The run for this site's own `/v1`: by OpenAI's client, and by curl. Every setting can be said, and the dice are the same. Pure. */

import { json, python, shell } from "./literals";
import { allIds, fewestNew, newTokens, type Wanted } from "./wanted";

/** What OpenAI's client has arguments for; the rest travels as `extra_body`, as with vLLM. */
const OWN = ["temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias", "stop", "n", "seed", "max_tokens"];
const ALWAYS = ["temperature"]; // OpenAI's default is not the engine's
const DIALECT = "logitscope"; // where none is named
const KEY = "LOGITSCOPE_API_KEY";

/** What is asked for, without the prompt. */
function settingsOf(wanted: Wanted): Record<string, unknown> {
  const { values, active, seed } = wanted;
  const order = [...(values.dialect === DIALECT ? [] : ["dialect"]), ...(values.stage_order ? ["stage_order"] : [])];
  const settings = Object.fromEntries([...new Set([...ALWAYS, ...active, ...order])].map((name) => [name, values[name]]));
  if ("min_tokens" in settings) settings.min_tokens = fewestNew(Number(settings.min_tokens), wanted);
  return { ...settings, max_tokens: newTokens(wanted), ...(seed === null ? {} : { seed }) };
}

/** A conversation stays one, unless the answer has begun: no message can say how. */
const conversation = ({ messages, begun }: Wanted) => (begun ? null : messages);
const promptOf = ({ prompt, begun }: Wanted): string | number[] => (begun ? allIds(begun) : prompt);

const ofBegun = ({ begun, values }: Wanted): string[] =>
  begun
    ? [
        `# The output begins with ${begun.ids.length} tokens, which are the end of the prompt here${values.temperature === 0 ? "" : ": the dice are counted from the first new one"}.`,
      ]
    : [];

export function openaiClient(wanted: Wanted): string {
  const messages = conversation(wanted);
  const settings = Object.entries(settingsOf(wanted));
  const extra = Object.fromEntries(settings.filter(([name]) => !OWN.includes(name)));
  const asked = messages
    ? ["messages=[", ...messages.map((message) => `    ${python(message)},`), "],"]
    : [`prompt=${python(promptOf(wanted))},`];
  return [
    "import os",
    "",
    "from openai import OpenAI",
    "",
    ...ofBegun(wanted),
    `client = OpenAI(base_url=${python(`${wanted.origin}/v1`)}, api_key=os.environ.get("${KEY}", "none"))`,
    messages ? "answer = client.chat.completions.create(" : "answer = client.completions.create(",
    ...[
      `model=${python(wanted.name)},`,
      ...asked,
      ...settings.filter(([name]) => OWN.includes(name)).map(([name, value]) => `${name}=${python(value)},`),
      ...(Object.keys(extra).length > 0 ? [`extra_body=${python(extra)},`] : []),
    ].map((line) => `    ${line}`),
    ")",
    messages ? "print(answer.choices[0].message.content)" : "print(answer.choices[0].text)",
    "",
  ].join("\n");
}

export function curl(wanted: Wanted): string {
  const messages = conversation(wanted);
  const body = { model: wanted.name, ...(messages ? { messages } : { prompt: promptOf(wanted) }), ...settingsOf(wanted) };
  return [
    ...ofBegun(wanted),
    `curl ${shell(`${wanted.origin}/v1/${messages ? "chat/" : ""}completions`)} \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -H "Authorization: Bearer \${${KEY}:-none}" \\`,
    `  -d ${shell(json(body))}`,
    "",
  ].join("\n");
}
