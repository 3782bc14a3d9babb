/** How far each lane's distribution is from the first lane's, step by step: divergence upwards, the share of common candidates below. */

import { useCanvas } from "../draw/canvas";
import { fill, gettext } from "../i18n";
import { readOnly } from "../work/work";
import { meanOf } from "./alignment";
import { ask, divergenceOf, TOP_K, type Found } from "./divergence";
import { measure, measures, type Measure } from "./measure";
import { stepsOf, type Distances } from "./distances";
import { runs, stateOf } from "./runs";
import { letter, sides } from "./sides";
import { first, partings, pick, picked, step } from "./steps";
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
  const steps = stepsOf(found.distances);
  return (
    <article class="strip" data-testid={`strip-${name}`} data-state={progressOf(found)} data-steps={steps}>
      <h3 class="lane-letter">
        <span class="visually-hidden">{fill(gettext("Lane %(letter)s"), { letter: name })}</span>
        <span aria-hidden="true">{name}</span>
      </h3>
      <div class="strip-chart">
        {steps > 0 && <Chart of={key} distances={found.distances} />}
        {(steps === 0 || found.refused) && <Why of={key} found={found} />}
      </div>
    </article>
  );
}

/** How much of what there is to know is known. */
function progressOf({ refused, distances }: Found): "refused" | "found" | "growing" | "waiting" {
  if (refused) return "refused";
  const { phase, tokens } = stateOf(first.value);
  if (phase === "finished" && stepsOf(distances) >= tokens.length) return "found";
  return stepsOf(distances) > 0 ? "growing" : "waiting";
}

function Why({ of: key, found: { refused } }: { of: number; found: Found }) {
  if (refused)
    return (
      <p class="fault">
        {refused.why}{" "}
        {refused.passing && (
          <button type="button" class="button small" onClick={() => ask(key)}>
            {gettext("Ask again")}
          </button>
        )}
      </p>
    );
  if (readOnly.value)
    return <p class="quiet">{gettext("Not kept with this comparison. Fork it, and it is worked out anew where the model is there.")}</p>;
  const neither = stateOf(key).phase === "refused" || stateOf(first.value).phase === "refused";
  return <p class="quiet">{neither ? gettext("This lane did not run.") : gettext("Working it out")}</p>;
}

function Chart({ of: key, distances }: { of: number; distances: Distances }) {
  const canvas = useCanvas((...target) => {
    const { distances } = divergenceOf(key);
    const below = fill(gettext("top %(count)s"), { count: TOP_K });
    const [divergence, { overlap }] = [distances[measure.value], distances];
    strip({ divergence, overlap, step: step.value, parting: partings.value.get(key) ?? null, below }, ...target);
  });
  const steps = stepsOf(distances);
  return (
    <>
      <Numbers of={key} distances={distances} />
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
    </>
  );
}

/** Of the step that is looked at, and of all. Who follows the newest sees the newest that is known. */
function Numbers({ of: key, distances }: { of: number; distances: Distances }) {
  const at = picked.value === null ? Math.min(step.value, stepsOf(distances) - 1) : step.value;
  const all = distances[measure.value];
  const [value, share] = [all[at], distances.overlap[at]];
  const { mean, infinite } = meanOf(all);
  const letters = { one: letter(first.value), other: letter(key) };
  const missing =
    at < stateOf(first.value).tokens.length
      ? gettext("Working it out")
      : fill(gettext("Lane %(one)s has no step %(step)s."), { ...letters, step: at });
  return (
    <p class="strip-numbers figures" data-step={at} data-divergence={value} data-overlap={share} data-mean={mean} data-infinite={infinite}>
      {value === undefined ? (
        <span class="quiet">{missing}</span>
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
