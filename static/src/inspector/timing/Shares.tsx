/** Where the time went, adding up to the whole, and what the step that is looked at consisted of. */

import { fill, gettext } from "../../i18n";
import { count, milliseconds, percent } from "../../numbers";
import { hovered, promptLength, run, step } from "../../store/view";
import { shares, stepShares } from "./spans";
import { spans, total } from "./state";
import { shareTitles } from "./titles";

export function Shares() {
  const titles = shareTitles();
  return (
    <>
      <Looked />
      <table class="shares" data-testid="shares" data-total={total.value}>
        <caption class="visually-hidden">{gettext("Where the time went")}</caption>
        <tbody>
          {shares(spans.value).map(({ name, ms }) => (
            <tr key={name} data-share={name} data-ms={ms}>
              <th scope="row">
                <i class={`phase ${name}`} aria-hidden="true" /> {titles[name]}
              </th>
              <td class="figures">{milliseconds(ms)}</td>
              <td class="figures quiet">{total.value > 0 ? percent(ms / total.value) : ""}</td>
            </tr>
          ))}
          <tr class="sum">
            <th scope="row">{gettext("Until the last token")}</th>
            <td class="figures">{milliseconds(total.value)}</td>
            <td />
          </tr>
        </tbody>
      </table>
    </>
  );
}

/** The step that the pointer is on, otherwise the selected one. */
function Looked() {
  const pointed = (hovered.value ?? -1) - promptLength.value;
  const at = pointed >= 0 ? pointed : step.value;
  const token = run.value.tokens[at];
  if (!token) return <p class="quiet timeline-step">{gettext("No token yet.")}</p>;
  if (at < run.value.several.given.length)
    return <p class="quiet timeline-step">{gettext("This step was taken in the run that this one goes on from.")}</p>;
  const { forward, sample, wait } = stepShares(spans.value, at);
  return (
    <p class="timeline-step figures-line" data-testid="timeline-step" data-step={at}>
      <b>{fill(gettext("step %(step)s"), { step: at })}</b>
      <span>{fill(gettext("forward pass %(ms)s"), { ms: milliseconds(forward) })}</span>
      <span>{fill(gettext("stages and dice %(ms)s"), { ms: milliseconds(sample) })}</span>
      <span>{fill(gettext("between steps %(ms)s"), { ms: milliseconds(wait) })}</span>
      <span>{fill(gettext("%(batch)s together"), { batch: count(token.batch) })}</span>
      <span>{fill(gettext("%(count)s positions in the cache"), { count: count(token.kv_tokens) })}</span>
    </p>
  );
}
