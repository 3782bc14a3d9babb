/** The prompt: a text to complete or a conversation to answer, and what it is to the model. */

import { gettext } from "../i18n";
import { sentence } from "../errors";
import { change, draft, faults, mode } from "../store/draft";
import { Locked } from "../work/Locked";
import { Area } from "./Area";
import { obstacle } from "./ask";
import { Conversation } from "./Conversation";
import { Foot } from "./Foot";
import { Head } from "./Head";
import { borders, known, promptSegments } from "./state";
import { Ids, Template, Tinted } from "./Tokens";

export function Prompt() {
  const fault = faults.value.prompt ?? (obstacle.value ? sentence(obstacle.value) : undefined);
  const chat = mode.value === "chat";
  return (
    <section class="pane prompt" aria-label={gettext("Prompt")}>
      <Locked>
        <Head />
        {chat ? <Conversation faulty={fault !== undefined} /> : <Text faulty={fault !== undefined} />}
      </Locked>
      {fault && (
        <p class="fault" id="prompt-fault">
          {fault}
        </p>
      )}
      <Foot />
      {borders.value === "ids" && <Ids of={known.value} />}
      {borders.value === "tokens" && chat && <Template of={known.value} />}
    </section>
  );
}

function Text({ faulty }: { faulty: boolean }) {
  const { prompt } = draft.value;
  return (
    <Area
      id="prompt"
      testid="prompt"
      label={gettext("Prompt")}
      placeholder={gettext("Write the beginning; the model goes on.")}
      faulty={faulty}
      value={prompt}
      onText={(text) => change({ prompt: text })}
    >
      {borders.value === "tokens" ? <Tinted of={promptSegments.value} /> : prompt}
    </Area>
  );
}
