/** Errors as sentences in the reader's language. A code that is not known here speaks for itself. */

import { fill, gettext, inSequence } from "./i18n";
import { count } from "./numbers";
import type { ErrorInfo } from "./protocol/generated";

const known = (): Record<string, string> => ({
  not_found: gettext("There is no such run here, or it belongs to someone else."),
  read_only: gettext("This session is somebody else's: the model is asked about runs of your own."),
  expired: gettext("This run has expired: its record is no longer kept."),
  history_lost: gettext("The server lost the history of this run."),
  prompt_too_long: gettext(
    "The prompt has %(value)s tokens, more than the model's context can hold together with an answer (%(bound)s). Shorten it, or choose a model with a longer context.",
  ),
  too_long: gettext("The prompt takes %(value)s bytes to send, more than %(bound)s."),
  no_chat_template: gettext("This model has no chat template."),
  no_tokenizer: gettext("The tokenizer of this model is not on the server."),
  template_failed: gettext("The model's chat template says: %(value)s"),
  empty_prompt: gettext("The prompt holds no token."),
  unknown_model: gettext("There is no such model: %(value)s."),
  output_too_long: gettext("The output would begin with %(value)s tokens; after this prompt the model has room for %(bound)s."),
  ended_before: gettext("The text ends (%(bound)s) before its token %(value)s, so the model cannot go on after it."),
  forbidden_token: gettext("The constraint forbids token %(value)s there."),
  no_logprobs: gettext("Mirostat goes by how surprising every token was; that of a text that was written is not known."),
  no_round_trip: gettext("The model's tokenizer cannot write this text exactly: it would become “%(value)s”."),
  unknown_token: gettext("The model has no token %(value)s (%(bound)s)."),
  unknown_token_id: gettext("The model has no token %(value)s (%(bound)s)."),
  other_vocabulary: gettext(
    "The two models do not have the same tokens (%(value)s and %(bound)s), so their distributions cannot be compared.",
  ),
  rate_limited: gettext("Too many runs started at once. Wait a moment."),
  too_many_runs: gettext("%(value)s of your runs are still going (%(bound)s). Stop one, or wait."),
  too_many_waiting: gettext("%(value)s of your runs are waiting already (%(bound)s). Wait until one has begun."),
  over_quota: gettext(
    "The day's tokens are used up: %(value)s (%(bound)s). There will be more after midnight, or when a run that is going ends early.",
  ),
  beyond_quota: gettext("The run may take %(value)s new tokens; for today there are fewer left (%(bound)s)."),
  room_too_many_runs: gettext(
    "The class has %(value)s runs going, as many as this room may have at once (%(bound)s). Try again in a moment.",
  ),
  room_too_many_waiting: gettext("%(value)s runs of the class are waiting already (%(bound)s). Try again in a moment."),
  room_over_quota: gettext(
    "The class has used up this room’s tokens for today: %(value)s (%(bound)s). There will be more after midnight, or when a run that is going ends early.",
  ),
  room_beyond_quota: gettext("The run may take %(value)s new tokens; the class has fewer left for today in this room (%(bound)s)."),
  part_over_quota: gettext(
    "You have used up your part of this room’s tokens for today: %(value)s (%(bound)s). What is left is for the others in the class.",
  ),
  part_beyond_quota: gettext(
    "The run may take %(value)s new tokens; of your part of this room’s tokens for today fewer are left (%(bound)s).",
  ),
  queue_full: gettext("%(value)s runs are waiting already (%(bound)s). Try again later."),
  unavailable: gettext("The server cannot take runs at the moment. Try again shortly."),
  no_worker: gettext("No worker is there to run the model."),
  worker_lost: gettext("The worker was lost and no other could go on."),
  out_of_memory: gettext("The machine ran out of memory. Try a shorter prompt or fewer tokens."),
  bad_logits: gettext("The model gave numbers that cannot be used."),
  model_unavailable: gettext("The model of this run is no longer on the server. The run itself is as it was."),
  not_replayable: gettext("Beam search and guidance do not choose step by step from the model's own logits: this cannot be asked of them."),
  constraint_broken: gettext("The run's own tokens do not keep to this constraint."),
  no_answer: gettext("No worker has answered in time. Ask again."),
  too_many_questions: gettext("Too many questions at once. Wait a moment."),
  not_started: gettext("The run has not begun yet."),
  too_large: gettext("The answer would be too large (%(value)s; at most %(bound)s)."),
  no_lens: gettext("This model's layers cannot be read this way: what its last layer hands over does not give its output."),
  no_layers: gettext("This model keeps its layers where they cannot be found."),
  no_head_view: gettext("This model computes its attention by itself and shows neither queries nor keys."),
  encoder_decoder: gettext("Models with an encoder cannot be looked into yet."),
  no_room: gettext("There is no room with this code."),
  room_over: gettext("This room has ended."),
  room_locked: gettext("The teacher has locked the room: nobody else can come in at the moment."),
  room_full: gettext("The room is full: %(value)s people are in it."),
  removed: gettext("The teacher has removed you from this room."),
  not_joined: gettext("Join the room first."),
  not_teacher: gettext("Only the teacher of this room may do that."),
  nickname_empty: gettext("A nickname has at least one character."),
  nickname_long: gettext("A nickname has at most 24 characters."),
  nickname_unreadable: gettext("A nickname is made of characters that can be read."),
  nickname_taken: gettext("Somebody in this room already has the name “%(value)s”. Choose another."),
  nickname_forbidden: gettext("This name is not welcome here. Choose another."),
  guess_forbidden: gettext("This guess is not welcome here. Choose another."),
  voted_already: gettext("Your vote has been counted; it stands."),
  vote_late: gettext("The vote is closed."),
  not_offered: gettext("This is not offered."),
  no_poll: gettext("Nothing is being asked at the moment."),
  no_game: gettext("This game is not on any more."),
  game_on: gettext("A game is going on. Reveal it, or drop it, first."),
  game_state: gettext("The game has gone on meanwhile."),
  game_outputs: gettext("A game has two to five texts."),
  game_prompt: gettext("The beginning has 1 to 600 characters."),
  game_text: gettext("Each text has 1 to 600 characters."),
  one_text: gettext("A game wants one text of each run: switch several samples and beams off in the settings."),
  setting_twice: gettext("The value %(value)s is there twice."),
  text_twice: gettext("A text is there twice."),
  picks_incomplete: gettext("Give every text an answer."),
  picked_twice: gettext("Each value belongs to one text."),
  text_empty: gettext("the model has written nothing after this beginning. Take another one."),
  text_cut: gettext("a text was ended before it was written."),
  texts_alike: gettext("all texts are the same. Take values that are further apart, or longer texts."),
  guess_empty: gettext("A guess has at least one character."),
  poll_open: gettext("The class is being asked. Reveal that first."),
  nothing_waits: gettext("The run has no further token to ask for."),
  no_lesson: gettext("There is no such lesson."),
  other_lesson: gettext("The room has gone to another lesson."),
  no_step: gettext("The lesson has no such step."),
  no_question: gettext("This step has no question of its own."),
  nothing_shown: gettext("The class sees no run yet."),
  no_candidates: gettext("This step has no candidates to choose among: switch the candidates on under Watching."),
  voting: gettext("Wait for the reveal: a run of your own would tell."),
  forks_muted: gettext("The teacher has switched runs of one’s own off."),
  pinned_model: gettext("This room works with one model only (%(bound)s)."),
  withheld: gettext("This can be asked when the class has seen the whole run."),
  handed_in: gettext("This run has been handed in."),
  handed_in_enough: gettext("You have handed in as many runs as a person may (%(bound)s)."),
  name_taken: gettext("You have a preset of this name already."),
  too_many_presets: gettext("You have %(value)s presets already. Delete one first."),
  internal: gettext("Something went wrong on the server; it has been logged."),
});

const NAMES_A_TOKEN = new Set(["unknown_token", "unknown_token_id", "forbidden_token"]); // an id is no amount

/** An amount, or a bound of one, as amounts are written elsewhere; any other text as it is. */
const amount = (text: string): string =>
  text.replace(/^([<>=≤≥ ]*)(\d+)$/, (_, sign: string, digits: string) => sign + count(Number(digits)));

export function sentence({ code, message, value, bound }: ErrorInfo): string {
  const text = known()[code];
  const shown = NAMES_A_TOKEN.has(code) ? String : amount;
  return text ? fill(text, { value: shown(value ?? ""), bound: shown(bound ?? "") }) : message;
}

/** The server said why not. */
export class Refusal extends Error {
  constructor(readonly errors: ErrorInfo[]) {
    super(errors.map(({ message }) => message).join("; "));
  }
}

/** What went wrong with a request, in sentences. */
export const told = (error: unknown): string => (error instanceof Refusal ? inSequence(error.errors.map(sentence)) : String(error));
