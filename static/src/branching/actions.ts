/** What a person may do to the run on the screen: take another token, draw again, delete, rewrite, go on, one step at a time. */

import { told } from "../errors";
import { tokensAfter } from "../prompt/post";
import type { RunSpec, Token } from "../protocol/generated";
import { specFor, wrongField } from "../session";
import { roomAfter, type Growth, type Kind } from "../store/branches";
import { asked, draft, fields, modeOf, specOf, type Draft } from "../store/draft";
import { inherited, plainToken } from "../store/given";
import { isLive } from "../store/run";
import { pick, run } from "../store/view";
import { reveal } from "../settings/reveal";
import { equal } from "../settings/schema";
import { readOnly } from "../work/work";
import { clear, node, sprout, trouble } from "./tree";

const MOST_SEED = 2 ** 32;
const most = fields.find(({ name }) => name === "max_tokens")?.bounds.maximum ?? 32_768;

/** Whether runs can go on from this one: a beam search has not chosen its tokens one by one. */
export const canBranch = (): boolean =>
  !readOnly.value && run.value.started !== null && run.value.phase !== "refused" && !isSearch(settings());
/** Whether there is something to go on with: the run is over, and not because its text is. */
export const canProceed = (): boolean => canBranch() && !isLive(run.value) && !["eos", "stop", "constraint_done"].includes(reason());
/** Whether drawing again may give something else. */
export const canReroll = (): boolean => canBranch() && settings().temperature !== 0;
/** Whether one more token can be drawn: after this run, or of one that is yet to begin. */
export const canStep = (): boolean => !readOnly.value && !isLive(run.value) && (isNew() || canProceed());

/** Whether the next step is the first: nothing has run, or the prompt is another one by now. */
function isNew(): boolean {
  const before = asked.value;
  if (run.value.started === null || run.value.phase === "refused") return true;
  return before !== null && !equal(promptOf(before), promptOf(draft.value));
}

const promptOf = (of: Draft): unknown => [of.model, modeOf(of) === "chat" ? of.messages : of.prompt];

const reason = (): string => run.value.finished?.reason ?? "";
const settings = (): Draft["sampling"] => (asked.value ?? draft.value).sampling;
const isSearch = ({ num_beams: beams }: Draft["sampling"]): boolean => Number(beams ?? 1) > 1;

/** Takes the token `id` at `step` instead of the one that stands there, and lets the model go on, under its settings or with `changes` to them. */
export function take(step: number, id: number, piece: Uint8Array, changes: Record<string, unknown> = {}): void {
  if (!canBranch() || run.value.tokens[step]?.id === id) return;
  go("branch", step, [plainToken(step, id, piece)], changes);
  pick(step);
}

/** Draws `step` and all that follows again, with other dice. */
export function reroll(step: number): void {
  if (canReroll()) go("reroll", step, [], { seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? Math.floor(Math.random() * MOST_SEED) });
}

/** Deletes from `step` on; the model does not go on by itself. */
export function cut(step: number): void {
  if (!canBranch()) return;
  if (step > 0) go("delete", step, [], { max_tokens: step, min_tokens: Math.min(step, Number(settings().min_tokens ?? 0)) });
  else if (!isLive(run.value) || run.value.tokens.length > 0) clear(growth("delete", 0));
}

/** Goes on after the token at `step`, as the run on the screen did, but for `changes` to its settings. */
export function goOnAfter(step: number, changes: Record<string, unknown>): void {
  if (canBranch()) go("continue", step + 1, [], changes);
}

/** Lets a run that has ended go on. */
export function proceed(): void {
  if (canProceed()) go("continue", run.value.tokens.length);
}

/** Draws one token. */
export function stepOn(): void {
  if (!canStep()) return;
  if (isNew()) return firstStep();
  const count = run.value.tokens.length;
  go("step", count, [], { max_tokens: count + 1, min_tokens: Math.min(count + 1, Number(settings().min_tokens ?? 0)) });
}

function firstStep(): void {
  const wrong = wrongField();
  if (wrong) return reveal(wrong);
  const from = draft.value;
  const wanted = { ...from, sampling: { ...from.sampling, max_tokens: 1, min_tokens: 0 } };
  sprout({ parent: null, kind: "step", at: 0, budget: Number(from.sampling.max_tokens) }, wanted, specFor(wanted), []);
}

/** Puts `text` where the output goes on from `step`, and lets the model go on. Whether that could be done; if not, nothing has changed. */
export async function rewrite(step: number, text: string): Promise<boolean> {
  const { started, tokens } = run.value;
  if (!started || !canBranch()) return false;
  trouble.value = null;
  try {
    const context = [...started.prompt_ids, ...tokens.slice(0, step).map(({ id }) => id)];
    const { ids } = await tokensAfter((asked.value ?? draft.value).model, context, text);
    replace(step, ids);
    return true;
  } catch (error) {
    trouble.value = told(error);
    return false;
  }
}

/** What the text has in common with the old one is not rewritten. */
function replace(step: number, ids: readonly number[]): void {
  const { tokens } = run.value;
  const parted = ids.findIndex((id, k) => tokens[step + k]?.id !== id);
  const same = parted < 0 ? ids.length : parted;
  if (step + same === tokens.length && same === ids.length) return;
  const own = ids.slice(same).map((id, k) => plainToken(step + same + k, id, new Uint8Array()));
  if (own.length > 0) go("edit", step + same, own);
  else cut(step + same);
}

/** Starts a run whose output begins with the first `at` tokens of the one on the screen, then `own`. */
function go(kind: Kind, at: number, own: Token[] = [], changes: Record<string, unknown> = {}): void {
  const output = [...run.value.tokens.slice(0, at), ...own];
  const grown = growth(kind, at, own);
  const wanted = wantedFor(output.length, grown.budget, changes);
  const known = kind === "branch" ? inherited(output, run.value.tokens) : output.slice(0, at);
  sprout(
    { ...grown, budget: Math.max(grown.budget, kind === "delete" || kind === "step" ? 0 : Number(wanted.sampling.max_tokens)) },
    wanted,
    specWith(wanted, output),
    known,
  );
}

function growth(kind: Kind, at: number, own: readonly Token[] = []): Growth {
  const budget = node.value?.budget ?? Number(settings().max_tokens);
  return { parent: node.value?.id ?? null, kind, at, sample: run.value.several.shown, own: own.map(({ step }) => step), budget };
}

/** The settings of the run on the screen, its seed and its length. */
function wantedFor(given: number, budget: number, changes: Record<string, unknown>): Draft {
  const from = asked.value ?? draft.value;
  const seed = run.value.started?.seed ?? null;
  return { ...from, sampling: { ...from.sampling, seed, n: 1, max_tokens: roomAfter(given, budget, most), ...changes } };
}

/** The prompt as the model got it; an encoder's prompt has tokens that the engine adds. */
function specWith(wanted: Draft, output: readonly Token[]): RunSpec | Promise<RunSpec> {
  const { started } = run.value;
  const begun = { output_token_ids: output.map(({ id }) => id), ...logprobs(wanted, output) };
  if (!started?.model.encoder_decoder) return { ...specOf(wanted, started?.prompt_ids ?? []), ...begun };
  return Promise.resolve(specFor(wanted)).then((spec) => ({ ...spec, ...begun }));
}

/** Mirostat goes by how surprising the tokens were; for one that it had removed, by the one on which the dice fell. */
function logprobs({ sampling }: Draft, output: readonly Token[]): Partial<RunSpec> {
  if (sampling.mirostat_mode !== 2) return {};
  const known = inherited(output, run.value.tokens).map(({ logprob }, k) => logprob ?? run.value.tokens[k]?.logprob ?? null);
  return known.some((each) => each === null) ? {} : { output_logprobs: known as number[] };
}
