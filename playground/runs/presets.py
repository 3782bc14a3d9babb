"""Starting points for the settings. Titles are translated when they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inference.spec import SamplingParams


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    title: Any  # a lazy translation
    description: Any
    sampling: SamplingParams


PRESETS = [
    Preset("greedy", pgettext_lazy("preset", "Greedy"), _("Always the most likely token. No dice."), SamplingParams(temperature=0.0)),
    Preset("precise", pgettext_lazy("preset", "Precise"), _("Close to the most likely text, with a little room."), SamplingParams(temperature=0.4, top_p=0.9)),
    Preset("balanced", pgettext_lazy("preset", "Balanced"), _("Varied, and still to the point."), SamplingParams(temperature=0.8, top_k=40, top_p=0.95, min_p=0.02)),
    Preset("creative", pgettext_lazy("preset", "Creative"), _("Takes less likely turns, without repeating itself."), SamplingParams(temperature=1.1, min_p=0.05, presence_penalty=0.3)),
    Preset("wild", pgettext_lazy("preset", "Wild"), _("The whole vocabulary, flattened. See why filters exist."), SamplingParams(temperature=1.8)),
]
DEFAULT_PRESET = PRESETS[2]
