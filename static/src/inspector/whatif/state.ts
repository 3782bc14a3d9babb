/** The settings that are tried on the run on the screen, and what the model says to them. Forgotten with the run. */

import { computed, effect, signal } from "@preact/signals";
import { take } from "../../branching/actions";
import { Refusal, sentence } from "../../errors";
import { gettext } from "../../i18n";
import type { ErrorInfo, SamplingParams, WhatIf } from "../../protocol/generated";
import { isLasting } from "../../questions/Refused";
import { inquire } from "../../session";
import type { Binding } from "../../settings/binding";
import { fieldNamed, problems, type Values } from "../../settings/schema";
import { asked, fields } from "../../store/draft";
import { isLive } from "../../store/run";
import { run, tab } from "../../store/view";
import { Allowance } from "./allowance";
import { Latest } from "./latest";
import { fits, Outcome } from "./outcome";
import { changedFields, decides, toldBy } from "./own";

const [BURST, EVERY_MS] = [20, 120]; // so many as fast as they are answered, then one so often: what the server lets pass, other panels' questions left out
const STRIDE = 32; // tokens of a run that goes on, after which it is asked again
const KEPT = 64; // answers

interface Question {
  run: string;
  scope: string; // the run and which of its samples
  sampling: Values;
  key: string;
}

interface Said {
  question: Question;
  answer: WhatIf;
}

export const asksAbout = fields.filter(decides);

const runId = computed(() => run.value.id);
const scope = computed(() => `${run.value.id} ${run.value.several.shown}`);
/** How far the run had got; null where there is nothing to ask about. */
const extent = computed(() => {
  const { id, tokens, started } = run.value;
  if (!id || !started || tokens.length === 0) return null;
  return isLive(run.value) ? `>${Math.floor(tokens.length / STRIDE)}` : String(tokens.length);
});
const stages = computed(() => run.value.started?.stages ?? []);

export const own = computed<Values>(() => (asked.value?.sampling as Values | undefined) ?? toldBy(stages.value, fields));

const tried = signal<{ run: string | null; values: Values } | null>(null);
const refused = signal<{ question: Question; errors: ErrorInfo[] } | null>(null);
const values = computed<Values>(() => (tried.value && tried.value.run === runId.value ? tried.value.values : own.value));
const local = computed(() => problems(asksAbout, values.value));

const fieldOf = (error: ErrorInfo): string | null =>
  fieldNamed(
    error.field,
    asksAbout.map(({ name }) => name),
  );

const refusals = computed(() =>
  [wanted.value?.key, wantedOwn.value?.key].includes(refused.value?.question.key) ? (refused.value?.errors ?? []) : [],
);
const remote = computed(() =>
  Object.fromEntries(
    refusals.value.flatMap((error) => {
      const name = fieldOf(error);
      return name ? [[name, sentence(error)]] : [];
    }),
  ),
);

/** What was refused and has no setting to be said at. */
export const loose = computed(() => refusals.value.filter((error) => fieldOf(error) === null).map(sentence));

/** Whether nothing can be told of this run, whatever is tried. */
export const hopeless = computed(() => loose.value.length > 0 && isLasting(refusals.value));

export const binding: Binding = {
  prefix: "what-if-",
  values,
  faults: computed(() => ({ ...remote.value, ...local.value })),
  change: (part) => (tried.value = { run: runId.peek(), values: { ...values.peek(), ...part } }),
  initial: ({ name }) => own.value[name],
  compares: true,
};

export const changed = computed(() => changedFields(asksAbout, values.value, own.value));
export const resetAll = (): void => void (tried.value = null);

const questionOf = (sampling: Values): Question | null =>
  runId.value && extent.value
    ? { run: runId.value, scope: scope.value, sampling, key: `${scope.value} ${extent.value} ${JSON.stringify(sampling)}` }
    : null;

/** What is to be known now: null while nobody looks or something is wrong. */
const wanted = computed(() => (tab.value === "whatif" && Object.keys(local.value).length === 0 ? questionOf(values.value) : null));
const wantedOwn = computed(() => (tab.value === "whatif" ? questionOf(own.value) : null));

const said = signal<Said | null>(null); // the newest answer
const saidOfOwn = signal<Said | null>(null);
const known = new Map<string, WhatIf>(); // answers by question, the oldest first

async function ask({ sampling, scope: about }: Question): Promise<WhatIf> {
  const answer = await inquire({ type: "what_if", sampling: sampling as SamplingParams });
  if (answer.type !== "what_if" || scope.peek() !== about) throw new Refusal([]);
  if (!fits(answer, run.peek().tokens)) throw new Refusal([damaged()]);
  return answer;
}

const damaged = (): ErrorInfo => ({
  code: "damaged",
  message: gettext("The answer does not belong to the tokens of this run. The run is as it was."),
  field: null,
  value: null,
  bound: null,
});

const asking = (to: typeof said) => ({
  ask,
  answered: (question: Question, answer: WhatIf) => {
    if (!isLive(run.peek())) remember(question.key, answer);
    if (refused.peek()?.question.key === question.key) refused.value = null;
    to.value = { question, answer };
  },
  refused: (question: Question, error: unknown) => {
    const errors = error instanceof Refusal ? error.errors : [{ ...damaged(), message: String(error) }];
    if (errors[0]?.code === "rate_limited") return "again" as const;
    if (errors.length) refused.value = { question, errors };
    return "give up" as const;
  },
});

function remember(key: string, answer: WhatIf): void {
  known.set(key, answer);
  for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
}

const tries = signal(0);
/** Asks again what was refused. */
export const retry = (): void => {
  refused.value = null;
  tries.value += 1;
};

function follow(question: () => Question | null, to: typeof said, asker: Latest<Question, WhatIf>): void {
  effect(() => {
    void tries.value;
    const next = question();
    const answer = next && known.get(next.key);
    if (next && answer) to.value = { question: next, answer };
    asker.want(next && !answer ? next : null);
  });
}

// The own settings first: then the others find the logits of the run where this pass has left them.
follow(() => wantedOwn.value, saidOfOwn, new Latest(asking(saidOfOwn), new Allowance(BURST, EVERY_MS)));
follow(
  () => (wanted.value?.scope === saidOfOwn.value?.question.scope && wanted.value?.key !== wantedOwn.value?.key ? wanted.value : null),
  said,
  new Latest(asking(said), new Allowance(BURST, EVERY_MS)),
);

const here = (one: Said | null): Said | null => (one?.question.scope === scope.value ? one : null);

/** What is shown: an answer stays until the next one comes. */
const current = computed<Said | null>(() => {
  const isOwn = changed.value.length === 0;
  return (isOwn ? null : here(said.value)) ?? here(saidOfOwn.value);
});
export const baseline = computed(() => here(saidOfOwn.value)?.answer ?? null);

export const outcome = computed<Outcome | null>(() => {
  const shown = current.value;
  return shown && new Outcome(shown.answer, baseline.value, run.value.tokens);
});

/** The settings that the shown outcome belongs to: those before, while an answer is on its way. */
export const outcomeValues = computed(() => current.value?.question.sampling ?? own.value);
export const pending = computed(
  () => wanted.value !== null && current.value?.question.key !== wanted.value.key && refusals.value.length === 0,
);
/** Runs on from the first token that would differ, which it takes, under the settings that are tried. */
export function goOn(): void {
  const shown = outcome.value;
  const first = shown?.first == null ? null : shown.step(shown.first);
  if (!first) return;
  const changes = Object.fromEntries(outcomeChanged.value.map(({ name }) => [name, outcomeValues.value[name]]));
  take(first.step, first.would.id, first.would.piece, changes);
}

export const outcomeChanged = computed(() => changedFields(asksAbout, outcomeValues.value, own.value));
