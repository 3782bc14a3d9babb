/** What attention does and does not explain, for whoever wants to know. */

import { gettext } from "../../i18n";

const paragraphs = (): string[] => [
  gettext(
    "A weight says how much of one position's value vector a head mixed into another's at this step. That is exact, and it is all that it says: what the value carried, and what later layers made of it, is not in the weight.",
  ),
  gettext(
    "So a large weight is not yet a reason. Jain and Wallace found other weights that give the same output, and little agreement with gradients; Wiegreffe and Pinter answered that weights can still be a fair account, if one tests them for it. Take a pattern as a question, and check it in another way: with attribution, or by changing the text.",
  ),
  gettext(
    "From the second layer on a position is no longer its token alone, for it has been mixed with what it looked at. Attention rollout follows that mixing by multiplying the layers, half of each being the residual connection. It leaves out the value vectors and the feed-forward layers.",
  ),
  gettext(
    "Many heads put most of their weight on the first token when they have nothing to look for: the weights must add up to 1 and have to go somewhere. Such a sink says little about the text, which is why it can be left out here; the rest is then scaled up to 1 again.",
  ),
];

const SOURCES: [text: string, address: string][] = [
  ["Jain & Wallace 2019, Attention is not Explanation", "https://aclanthology.org/N19-1357/"],
  ["Wiegreffe & Pinter 2019, Attention is not not Explanation", "https://aclanthology.org/D19-1002/"],
  ["Abnar & Zuidema 2020, Quantifying Attention Flow in Transformers", "https://aclanthology.org/2020.acl-main.385/"],
  ["Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks", "https://arxiv.org/abs/2309.17453"],
];

export function Note() {
  return (
    <details class="attention-note" data-testid="attention-note">
      <summary>{gettext("What attention explains, and what it does not")}</summary>
      {paragraphs().map((text) => (
        <p key={text}>{text}</p>
      ))}
      <ul lang="en">
        {SOURCES.map(([text, address]) => (
          <li key={address}>
            <a href={address} target="_blank" rel="noreferrer">
              {text}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
