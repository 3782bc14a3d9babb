"""All settings of decoding as one model, put together from their families. Knows what they may not be together."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from inference.spec.constraints import Constraints
from inference.spec.dialects import StageName, check_dialect, default_order
from inference.spec.length import Length
from inference.spec.penalties import Penalties
from inference.spec.reproducibility import Reproducibility
from inference.spec.search import Search, check_search
from inference.spec.shaping import Shaping
from inference.spec.truncation import Truncation


# Bases are named last family first, for that is the order in which pydantic lists their fields.
class SamplingParams(Reproducibility, Constraints, Search, Length, Penalties, Truncation, Shaping):
    """How the next token is chosen and when to end. Field names follow vLLM, then transformers, then llama.cpp."""

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.min_tokens > self.max_tokens:
            raise ValueError(f"min_tokens: {self.min_tokens} is more than max_tokens ({self.max_tokens})")
        if self.mirostat_mode and self.greedy:
            raise ValueError(f"mirostat_mode: {self.mirostat_mode} does not go with temperature (0); it must be 0, or temperature above 0")
        if self.stage_order is None:
            check_dialect(self.dialect, dict(self), _NEUTRAL)
        elif len(set(self.stage_order)) != len(self.stage_order):
            raise ValueError(f"stage_order: each stage may appear once, got {list(self.stage_order)}")
        if self.constraint and "constraint" not in self.order:
            raise ValueError(f"stage_order: constraint is left out of it, but {self.constraint} is given")
        check_search(self)
        return self

    @property
    def order(self) -> tuple[StageName, ...]:
        """The stages in the order in which they run: the one made by hand, or that of the dialect."""
        return default_order(self.dialect, self.mirostat_mode > 0) if self.stage_order is None else self.stage_order

    @property
    def greedy(self) -> bool:
        """Temperature 0 is greedy, as in vLLM."""
        return self.temperature == 0.0


_NEUTRAL = {name: field.json_schema_extra["neutral"] for name, field in SamplingParams.model_fields.items() if isinstance(field.json_schema_extra, dict)}
