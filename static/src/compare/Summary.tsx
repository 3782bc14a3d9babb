/** The lanes in numbers. */

import { gettext } from "../i18n";
import { number } from "../numbers";
import { reasonText } from "../Status";
import { meter } from "../store/timing";
import { meanOf, perplexity } from "./alignment";
import { divergenceOf } from "./divergence";
import { titleOf } from "./ModelChoice";
import { runs, stateOf } from "./runs";
import type { Side } from "./kept";
import { letter, sides } from "./sides";
import { first, length, partings } from "./steps";
import { nats } from "./values";

export function Summary() {
  if (length.value === 0) return null;
  return (
    <section class="pane summary">
      <h2 id="summary-title">{gettext("In numbers")}</h2>
      <div class="summary-scroll" role="region" tabIndex={0} aria-labelledby="summary-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{gettext("Lane")}</th>
              <th scope="col">{gettext("Model")}</th>
              <th scope="col">{gettext("End")}</th>
              <th scope="col" class="numeric">
                {gettext("Tokens")}
              </th>
              <th scope="col" class="numeric">
                {gettext("Parts at step")}
              </th>
              <th scope="col" class="numeric" title={gettext("Of the generated tokens, by the lane's own model before any stage")}>
                {gettext("Perplexity")}
              </th>
              <th scope="col" class="numeric" title={gettext("Kullback-Leibler divergence from the first lane, mean of the finite steps")}>
                {gettext("Mean KL")}
              </th>
              <th scope="col" class="numeric">
                {gettext("Tokens/s")}
              </th>
            </tr>
          </thead>
          <tbody>
            {sides.value.map((side) => (
              <Row key={side.key} side={side} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ side }: { side: Side }) {
  const state = stateOf(side.key);
  const { tokens, finished } = state;
  const [own, rate] = [perplexity(tokens), meter(state).tokensPerSecond];
  return (
    <tr data-testid={`summary-${letter(side.key)}`} data-perplexity={own ?? undefined} data-tokens={tokens.length}>
      <th scope="row">{letter(side.key)}</th>
      <td>{titleOf(runs.value.get(side.key)?.asked.model ?? "–")}</td>
      <td>{finished ? reasonText(finished.reason, finished.detail) : "–"}</td>
      <td class="numeric">{tokens.length}</td>
      <td class="numeric">{side.key === first.value ? "–" : (partings.value.get(side.key) ?? gettext("nowhere"))}</td>
      <td class="numeric">{own === null ? "–" : number(own)}</td>
      <td class="numeric">{side.key === first.value ? "–" : meanKl(side)}</td>
      <td class="numeric">{rate === null ? "–" : number(rate)}</td>
    </tr>
  );
}

const meanKl = ({ key }: Side): string => nats(meanOf(divergenceOf(key).distances.kl).mean);
