/** The messages of a conversation: roles, texts, their order; and the model's answer as the next message. */

import { useRef } from "preact/hooks";
import type { Message, Role } from "../boot";
import { fill, gettext } from "../i18n";
import { asked, change, draft, modeOf } from "../store/draft";
import { run } from "../store/view";
import { Area } from "./Area";
import { afterLast, moved, removed, replaced, withSystem } from "./messages";

const MOST = 256;
const roles = (): Record<Role, string> => ({ system: gettext("System"), user: gettext("User"), assistant: gettext("Assistant") });
const set = (messages: Message[]): void => change({ messages });

export function Conversation({ faulty }: { faulty: boolean }) {
  const { messages } = draft.value;
  const list = useRef<HTMLOListElement>(null);
  const focus = (index: number, what: string) =>
    requestAnimationFrame(() => list.current?.children[index]?.querySelector<HTMLElement>(what)?.focus());
  const move = (index: number, by: number) => {
    set(moved(messages, index, by));
    focus(index + by, index + by === 0 || index + by === messages.length - 1 ? ".message-text textarea" : by < 0 ? ".up" : ".down");
  };
  const remove = (index: number) => {
    set(removed(messages, index));
    focus(Math.max(0, index - 1), "textarea");
  };
  const add = (next: Message[], at: number) => {
    set(next);
    focus(at, "textarea");
  };
  return (
    <div class="conversation">
      <ol class="messages" data-testid="messages" ref={list}>
        {messages.map((message, index) => (
          <Turn key={index} {...{ message, index, faulty, move, remove }} count={messages.length} />
        ))}
      </ol>
      <div class="conversation-ways">
        <button type="button" class="chip" disabled={messages.length >= MOST} onClick={() => add(afterLast(messages), messages.length)}>
          {gettext("Add a message")}
        </button>
        {messages[0]?.role !== "system" && (
          <button type="button" class="chip" disabled={messages.length >= MOST} onClick={() => add(withSystem(messages), 0)}>
            {gettext("Add a system prompt")}
          </button>
        )}
        <TakeAnswer add={add} />
      </div>
    </div>
  );
}

interface TurnProps {
  message: Message;
  index: number;
  count: number;
  faulty: boolean;
  move: (index: number, by: number) => void;
  remove: (index: number) => void;
}

function Turn({ message, index, count, faulty, move, remove }: TurnProps) {
  const { role, content } = message;
  const edit = (part: Partial<Message>) => set(replaced(draft.value.messages, index, part));
  const name = fill(gettext("Message %(number)s"), { number: index + 1 });
  const last = index === count - 1;
  return (
    <li class={`message ${role}`} data-role={role}>
      <select
        class="select small"
        aria-label={fill(gettext("Role of message %(number)s"), { number: index + 1 })}
        value={role}
        onChange={({ currentTarget }) => edit({ role: currentTarget.value as Role })}
      >
        {Object.entries(roles()).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      <div class="message-text">
        <Area
          id={last ? "prompt" : undefined}
          testid="message"
          label={name}
          faulty={faulty && last}
          value={content}
          onText={(text) => edit({ content: text })}
        />
      </div>
      <span class="message-ways">
        <Way
          class="up"
          d="m4 10 4-4 4 4"
          title={fill(gettext("Move message %(number)s up"), { number: index + 1 })}
          off={index === 0}
          go={() => move(index, -1)}
        />
        <Way
          class="down"
          d="m4 6 4 4 4-4"
          title={fill(gettext("Move message %(number)s down"), { number: index + 1 })}
          off={last}
          go={() => move(index, 1)}
        />
        <Way
          class="remove"
          d="m4 4 8 8m0-8-8 8"
          title={fill(gettext("Remove message %(number)s"), { number: index + 1 })}
          off={count === 1}
          go={() => remove(index)}
        />
      </span>
    </li>
  );
}

interface WayProps {
  class: string;
  d: string;
  title: string;
  off: boolean;
  go: () => void;
}

const Way = ({ class: name, d, title, off, go }: WayProps) => (
  <button type="button" class={`icon ${name}`} aria-label={title} title={title} disabled={off} onClick={go}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={d} />
    </svg>
  </button>
);

/** The finished answer to this very conversation can be made part of it. */
function TakeAnswer({ add }: { add: (next: Message[], at: number) => void }) {
  const { finished, tokens } = run.value;
  const { messages } = draft.value;
  const question = asked.value;
  if (!finished || !question || modeOf(question) !== "chat" || question.messages !== messages) return null;
  const content = tokens.map(({ text }) => text).join("") + finished.text;
  return (
    <button
      type="button"
      class="chip"
      data-testid="take-answer"
      onClick={() => add([...messages, { role: "assistant", content }, { role: "user", content: "" }], messages.length + 1)}
    >
      {gettext("Go on from the answer")}
    </button>
  );
}
