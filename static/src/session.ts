/** The playground's runs: starts what the draft says, shows one run at a time, keeps the others. The address and the fields follow what is shown. */

import { batch, computed, effect, signal } from "@preact/signals";
import { Refusal, sentence } from "./errors";
import { gettext } from "./i18n";
import { rendered } from "./prompt/ask";
import type { ErrorInfo, RunSpec, Watch } from "./protocol/generated";
import { Client } from "./socket/client";
import { addressOf, Connection } from "./socket/connection";
import { plainError, type Answer, type Lane, type Question } from "./socket/lane";
import { boot, draft, drafts, faults, modeOf, placeOf, refusals, restored, specOf, type Draft } from "./store/draft";
import { loadFor, storeFor } from "./store/storage";
import { connection, follow, lane, moment, run } from "./store/view";
import { asksNothing, enter, leaveWork, readOnly, work } from "./work/work";

const MOST_KEPT = 32; // runs: each holds its traces and its attention

export const client = new Client(boot.limits.max_frame_bytes, connection);
client.unaskable = () => (asksNothing.peek() ? [plainError("read_only")] : []);
/** The runs of this visit, oldest first, the one on the screen among them. */
export const lanes = signal<readonly Lane[]>([]);

/** Opens the socket and the run that the address names, unless `recovered` has brought back what was shown before a reload. */
export function connect(recovered: (id: string | null) => boolean): void {
  const id = new URLSearchParams(location.search).get("run");
  if (!recovered(id) && id) open(id);
  link();
  effect(() => rememberRun(shownId.value));
}

/** Opens the socket; what runs say reaches the fields and the session that they belong to. */
export function link(): void {
  client.connect((listener) => new Connection(addressOf(boot.socket), listener));
  effect(() => showAtFields(errors.value));
  effect(() => {
    if (belonging.value) enter(belonging.value);
  });
}

/** Puts another run on the screen; the one that was there goes on, and is kept. */
export function show(wanted: Lane): void {
  batch(() => {
    if (!lanes.value.includes(wanted)) lanes.value = [...lanes.value, wanted].slice(-MOST_KEPT);
    if (lane.peek() !== wanted) moment.value = null;
    lane.value = wanted;
    follow();
  });
}

/** Shows the run called `id`, whether or not this page knows it, with what it was asked for where that is known. */
export function open(id: string): void {
  const known = loadFor<Draft>(sessionStorage, `asked:${id}`);
  const opened = client.open(id);
  if (known) drafts.set(opened, (draft.value = restored(known)));
  show(opened);
}

/** Starts what the draft says, unless a setting is wrong. Returns the name of the first wrong field. */
export function start(): string | null {
  const wrong = wrongField();
  if (wrong === null && !readOnly.peek() && !lane.value?.isLive) begin(draft.value);
  return wrong;
}

/** The first field that keeps the draft from being run; it says why. */
export function wrongField(): string | null {
  refusals.value = isEmpty(draft.value) ? { prompt: gettext("Write a prompt first.") } : {};
  return Object.keys(faults.value)[0] ?? null;
}

const isEmpty = (draft: Draft): boolean =>
  modeOf(draft) === "chat" ? draft.messages.every(({ content }) => !content) : draft.prompt === "";

/** Starts `wanted` and shows it. `spec`: what to send for it, where that is not what its prompt says. */
export function begin(wanted: Draft, spec: RunSpec | Promise<RunSpec> = specFor(wanted)): Lane {
  const begun = client.start(spec, [], { session: work.peek()?.session ?? null, kind: "run" });
  drafts.set(begun, wanted);
  show(begun);
  return begun;
}

export const specFor = (wanted: Draft): RunSpec | Promise<RunSpec> =>
  modeOf(wanted) === "complete" ? specOf(wanted, null) : rendered(wanted).then(({ ids }) => specOf(wanted, ids));

export function cancel(): void {
  moment.value = null; // a replay is only over
  lane.value?.cancel();
}

/** Changes what is shown of the steps to come, in this run and the next. */
export function watch(wanted: Partial<Watch>): void {
  const next = { ...draft.value.watch, ...wanted };
  draft.value = { ...draft.value, watch: next };
  lane.value?.watch(next);
}

/** Asks about the run on the screen, as far as it has got. Raises `Refusal` with what the server said. */
export async function inquire(question: Question): Promise<Answer> {
  if (!lane.value) throw new Refusal([plainError("unavailable")]);
  return lane.value.inquire(question);
}

/** Leaves the run; it goes on by itself. */
export function leave(): void {
  lane.value = null;
}

const shownId = computed(() => lane.value?.id ?? null);
const belonging = computed(() => lane.value?.run.value.session ?? null);
const errors = computed(() => run.value.errors);

function showAtFields(errors: readonly ErrorInfo[]): void {
  if (errors.some(({ code, field }) => code === "not_found" && field === "session")) leaveWork(); // deleted meanwhile: the next run begins another
  const placed = errors.flatMap((error) => {
    const name = placeOf(error.field);
    return name ? [[name, sentence(error)] as const] : [];
  });
  if (placed.length > 0) refusals.value = { ...refusals.peek(), ...Object.fromEntries(placed) };
}

/** The address names the run, and the visit remembers what it was asked for, so that a reload finds both. */
function rememberRun(id: string | null): void {
  const wanted = lane.peek() && drafts.get(lane.peek() as Lane);
  if (id && wanted) storeFor(sessionStorage, `asked:${id}`, wanted);
  const address = new URL(location.href);
  if (id) address.searchParams.set("run", id);
  else address.searchParams.delete("run");
  if (address.pathname.startsWith("/s/") && work.value) address.pathname = `/s/${work.value.session}`;
  history.replaceState(null, "", address);
}
