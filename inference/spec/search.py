"""Settings that say how many continuations are followed, and how: several samples, beams, speculation, guidance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from inference.spec.base import Spec, gettext_noop, setting

if TYPE_CHECKING:
    from inference.spec.sampling import SamplingParams

_ = gettext_noop

MAX_SEQUENCES = 16  # decoded for one run at once


class Search(Spec):
    """Search and guidance."""

    n: int = setting(
        1, "search", _("Samples"), _("So many answers to one prompt, each with its own dice. With beams: how many of the hypotheses found are returned."),
        formula="u = Philox(seed, (sample, step))", neutral=1, ge=1, le=MAX_SEQUENCES, slider=[1, 8, 1])
    num_beams: int = setting(
        1, "search", _("Beams"), _("Beam search: follows so many continuations at once and returns those with the best score. 1 is off."),
        formula="score = sum of ln p / length ^ length penalty", neutral=1, ge=1, le=MAX_SEQUENCES, slider=[1, 8, 1])
    num_beam_groups: int = setting(
        1, "search", _("Beam groups"), _("Splits the beams into groups that are searched one after the other, so that they can be kept apart by the diversity penalty."),
        neutral=1, ge=1, le=MAX_SEQUENCES, slider=[1, 8, 1], rare=True, needs="num_beams")
    diversity_penalty: float = setting(
        0.0, "search", _("Diversity penalty"), _("Subtracted from a token's log-probability for every beam of an earlier group that has just taken it."),
        formula="ln p' = ln p - d x count", neutral=0.0, ge=0.0, le=10.0, slider=[0, 2, 0.05], rare=True, needs="num_beam_groups")
    length_penalty: float = setting(
        1.0, "search", _("Length penalty"), _("Above 0 favours longer hypotheses, below 0 shorter ones: the power of the length by which a hypothesis' sum is divided."),
        formula="score = sum of ln p / length ^ a", neutral=1.0, ge=-10.0, le=10.0, slider=[-2, 2, 0.1], needs="num_beams")
    early_stopping: bool | Literal["never"] = setting(
        False, "search", _("Early stopping"), _("When beam search ends: as soon as there are enough hypotheses (true), when a better one is unlikely (false), or only when none is possible (never)."),
        neutral=False, needs="num_beams")
    speculative: Literal["off", "prompt_lookup", "draft"] = setting(
        "off", "search", _("Speculative decoding"), _("Guesses several tokens ahead, by looking them up in the text so far or with a small draft model, and lets the model check them in one pass. The tokens are the same as without, only sooner."),
        neutral="off")
    num_speculative_tokens: int = setting(
        5, "search", _("Drafted tokens"), _("How many tokens are guessed ahead at most."),
        neutral=None, ge=1, le=16, slider=[1, 16, 1], needs="speculative")
    max_matching_ngram_size: int = setting(
        2, "search", _("Longest match"), _("Prompt lookup finds an earlier place where the last so many tokens occurred, and guesses what followed there."),
        neutral=None, ge=1, le=16, slider=[1, 8, 1], rare=True, needs="speculative")
    guidance_scale: float = setting(
        1.0, "search", _("Guidance scale"), _("Classifier-free guidance: above 1 moves away from what the model would say after the negative prompt. 1 is off."),
        formula="ln p' = ln p- + s x (ln p - ln p-)", neutral=1.0, ge=0.0, le=20.0, slider=[0, 5, 0.1])
    negative_prompt: str = setting(
        "", "search", _("Negative prompt"), _("What guidance moves away from. Empty: the last token of the prompt alone."),
        neutral="", max_length=100_000, needs="guidance_scale")


def check_search(params: SamplingParams) -> None:
    """Raises ``ValueError`` naming field, value and bound where settings of the search contradict each other or the rest."""
    if params.num_beams > 1:
        _check_beams(params)
    else:
        _refuse(params, "without num_beams > 1", num_beam_groups=1, diversity_penalty=0.0)
    if params.speculative != "off":
        _refuse(params, f"with speculative ({params.speculative})", n=1, guidance_scale=1.0)
    if params.guidance_scale == 1.0:
        _refuse(params, "without a guidance_scale other than 1", negative_prompt="")


def _check_beams(params: SamplingParams) -> None:
    beams, groups = params.num_beams, params.num_beam_groups
    if params.n > beams:
        raise ValueError(f"n: {params.n} is more than num_beams ({beams})")
    if beams % groups:
        raise ValueError(f"num_beam_groups: {groups} does not divide num_beams ({beams})")
    if groups == 1:
        _refuse(params, "without num_beam_groups > 1", diversity_penalty=0.0)
    _refuse(params, f"with num_beams ({beams})", speculative="off", guidance_scale=1.0)
    if params.temperature not in (0.0, 1.0):
        raise ValueError(f"temperature: {params.temperature} does not go with num_beams ({beams}); beams are not drawn: it must be 0 or 1")
    _refuse(params, f"with num_beams ({beams})", **_sampling_only(params))


def _sampling_only(params: SamplingParams) -> dict[str, Any]:
    """The neutral values of the settings that shape what the dice fall on."""
    extras = {name: field.json_schema_extra for name, field in type(params).model_fields.items()}
    return {
        name: extra["neutral"]
        for name, extra in extras.items()
        if isinstance(extra, dict) and extra["group"] == "sampling" and extra["neutral"] is not None and name != "temperature"
    }


def _refuse(params: SamplingParams, where: str, **allowed: Any) -> None:
    for name, neutral in allowed.items():
        value = getattr(params, name)
        if value != neutral:
            raise ValueError(f"{name}: {value!r} does not go {where}; it must be {neutral!r}")
