/** How far each lane's distribution is from the first lane's, step by step: divergence upwards, the share of common candidates below. */

import { useCanvas } from "../draw/canvas";
import { fill, gettext } from "../i18n";
import { values } from "../protocol/codec";
import type { Divergence } from "../protocol/generated";
import { meanOf } from "./alignment";
import { ask, divergenceOf, TOP_K, type Found } from "./divergence";
import { measure, measures, type Measure } from "./measure";
import { runs, stateOf } from "./runs";
import { letter, sides } from "./sides";
import { first, partings, pick, step } from "./steps";
import { LEFT, places, strip } from "./strip";
import { nats } from "./values";

export function Strips() {
  const others = sides.value.filter(({ key }) => key !== first.value && runs.value.has(key));
  if (others.length === 0 || !runs.value.has(first.value)) return null;
  const name = letter(first.value);
  return (
    <section class="pane strips" aria-labelledby="strips-title">
      <header class="controls">
        <h2 id="strips-title">{fill(gettext("Distance from lane %(letter)s"), { letter: name })}</h2>
        <Measures />
      </header>
      <p class="note">
        {fill(
          gettext(
            "At every step of lane %(letter)s, given lane %(letter)s's own text: the final distributions after all stages, over the whole vocabulary.",
          ),
          { letter: name },
        )}
      </p>
      {others.map(({ key }) => (
        <Strip key={key} of={key} />
      ))}
    </section>
  );
}

function Measures() {
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">{gettext("Measure of distance")}</legend>
      {Object.entries(measures(letter(first.value))).map(([name, [title, help]]) => (
        <label key={name} title={help}>
          <input
            type="radio"
            name="measure"
            value={name}
            aria-description={help}
            checked={measure.value === name}
            onChange={() => (measure.value = name as Measure)}
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Strip({ of: key }: { of: number }) {
  const found = divergenceOf(key);
  const name = letter(key);
  return (
    <article class="strip" data-testid={`strip-${name}`} data-state={found?.state ?? "waiting"}>
      <h3 class="lane-letter">
        <span class="visually-hidden">{fill(gettext("Lane %(letter)s"), { letter: name })}</span>
        <span aria-hidden="true">{name}</span>
      </h3>
      {found?.state === "found" ? <Chart of={key} answer={found.answer} /> : <Why of={key} found={found} />}
    </article>
  );
}

function Why({ of: key, found }: { of: number; found: Found | null }) {
  if (found?.state === "refused")
    return (
      <p class="fault">
        {found.why}{" "}
        {found.again && (
          <button type="button" class="button small" onClick={() => ask(key)}>
            {gettext("Ask again")}
          </button>
        )}
      </p>
    );
  const refused = stateOf(key).phase === "refused" || stateOf(first.value).phase === "refused";
  if (refused) return <p class="quiet">{gettext("This lane did not run.")}</p>;
  const text = found ? gettext("Working it out") : fill(gettext("Once lane %(letter)s has ended."), { letter: letter(first.value) });
  return <p class="quiet">{text}</p>;
}

function Chart({ of: key, answer }: { of: number; answer: Divergence }) {
  const steps = answer.kl.shape[0] ?? 0;
  const canvas = useCanvas((...target) => {
    const shown = divergenceOf(key);
    if (shown?.state !== "found") return;
    const divergence = values(shown.answer[measure.value]);
    const below = fill(gettext("top %(count)s"), { count: TOP_K });
    strip(
      { divergence, overlap: values(shown.answer.overlap), step: step.value, parting: partings.value.get(key) ?? null, below },
      ...target,
    );
  });
  return (
    <div class="strip-chart">
      <Numbers of={key} answer={answer} />
      <canvas
        ref={canvas}
        class="strip-canvas"
        role="img"
        aria-label={gettext("Divergence and share of common candidates at every step")}
        onClick={({ currentTarget, offsetX }) => {
          const at = Math.floor(((offsetX - LEFT) / (currentTarget.clientWidth - LEFT)) * places(steps));
          pick(Math.max(0, Math.min(steps - 1, at)));
        }}
      />
    </div>
  );
}

/** Of the step that is looked at, and of all. */
function Numbers({ of: key, answer }: { of: number; answer: Divergence }) {
  const at = step.value;
  const all = values(answer[measure.value]);
  const [value, share] = [all[at], values(answer.overlap)[at]];
  const { mean, infinite } = meanOf(all);
  const letters = { one: letter(first.value), other: letter(key) };
  return (
    <p class="strip-numbers figures" data-step={at} data-divergence={value} data-overlap={share}>
      {value === undefined ? (
        <span class="quiet">{fill(gettext("Lane %(one)s has no step %(step)s."), { ...letters, step: at })}</span>
      ) : (
        <>
          <b>{fill(gettext("%(value)s nats"), { value: nats(value) })}</b>{" "}
          <span>
            {fill(gettext("%(percent)s of the top %(count)s candidates in common"), {
              percent: `${Math.round(100 * (share ?? 0))} %`,
              count: TOP_K,
            })}
          </span>
        </>
      )}{" "}
      <span class="quiet">
        {fill(gettext("mean %(value)s"), { value: nats(mean) })}
        {infinite > 0 && `, ${fill(gettext("∞ at %(count)s steps"), { count: infinite })}`}
      </span>
    </p>
  );
}
