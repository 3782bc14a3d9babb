/** The settings of the attribution. */

import { Choices } from "../../controls/Choices";
import { fill, gettext } from "../../i18n";
import { traced, waterfall } from "../../store/trace";
import { run, token } from "../../store/view";
import { label } from "../../tokens/pieces";
import { baseline, endOfText, MAX_STEPS, method, of, rival, setAgainst, steps, type Baseline, type Method, type Of } from "./asked";

const methods = (): [Method, string][] => [
  ["gradient_x_input", gettext("Gradient × input")],
  ["integrated_gradients", gettext("Integrated gradients")],
];

const scores = (): [Of, string][] => [
  ["logit", gettext("Logit")],
  ["logprob", gettext("Log-probability")],
];

export function AttributionControls() {
  return (
    <div class="attribution-controls">
      <div class="controls">
        <Choices name="attribution-method" label={gettext("Method")} all={methods()} chosen={method} />
        <Choices name="attribution-of" label={gettext("Score that is explained")} all={scores()} chosen={of} />
        <Against />
      </div>
      {method.value === "integrated_gradients" && (
        <div class="controls" data-testid="path">
          <From />
          <Steps />
        </div>
      )}
    </div>
  );
}

function Against() {
  const current = traced(token.value);
  if (!current) return null;
  const rivals = waterfall(current).rows.filter(({ chosen }) => !chosen);
  return (
    <label class="inline-field">
      <span class="quiet">{gettext("compared with")}</span>
      <select
        class="select small"
        data-testid="against"
        value={rival.value ?? ""}
        onChange={({ currentTarget: { value } }) => setAgainst(value === "" ? null : Number(value))}
      >
        <option value="">{gettext("nothing")}</option>
        {rivals.map(({ id, piece }) => (
          <option key={id} value={id}>
            {label(piece)} ({id})
          </option>
        ))}
      </select>
    </label>
  );
}

function From() {
  const { kind } = baseline.value;
  const other = baseline.value.kind === "token" ? baseline.value.id : 0;
  const to = (chosen: string) => {
    const next: Record<string, Baseline> = { end: { kind: "end" }, zeros: { kind: "zeros" }, token: { kind: "token", id: other } };
    baseline.value = next[chosen] ?? { kind: "end" };
  };
  return (
    <label class="inline-field">
      <span class="quiet">{gettext("baseline")}</span>
      <select
        class="select small"
        data-testid="baseline"
        value={endOfText.value === null && kind === "end" ? "zeros" : kind}
        onChange={({ currentTarget }) => to(currentTarget.value)}
      >
        {endOfText.value !== null && <option value="end">{fill(gettext("end-of-text tokens (%(id)s)"), { id: endOfText.value })}</option>}
        <option value="zeros">{gettext("zeros (far from complete where norms rescale)")}</option>
        <option value="token">{gettext("another token…")}</option>
      </select>
      {kind === "token" && <OtherToken id={other} />}
    </label>
  );
}

function OtherToken({ id }: { id: number }) {
  const most = (run.value.model?.vocab_size ?? 1) - 1;
  return (
    <input
      class="number"
      type="number"
      min={0}
      max={most}
      aria-label={gettext("Token id of the baseline")}
      value={id}
      onChange={({ currentTarget }) => {
        const wanted = Math.min(most, Math.max(0, Math.round(Number(currentTarget.value) || 0)));
        currentTarget.value = String(wanted);
        baseline.value = { kind: "token", id: wanted };
      }}
    />
  );
}

function Steps() {
  const at = Math.log2(steps.value);
  return (
    <label class="inline-field steps-field">
      <span class="quiet">{fill(gettext("%(count)s steps"), { count: steps.value })}</span>
      <input
        class="slider"
        type="range"
        aria-label={gettext("Steps of the path")}
        aria-valuetext={String(steps.value)}
        min={1}
        max={Math.log2(MAX_STEPS)}
        step={1}
        value={at}
        style={{ "--at": (at - 1) / (Math.log2(MAX_STEPS) - 1) }}
        data-testid="steps"
        onInput={({ currentTarget }) => (steps.value = 2 ** Number(currentTarget.value))}
      />
    </label>
  );
}
