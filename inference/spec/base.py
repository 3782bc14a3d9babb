"""What all specs have in common: strict validation, and fields that carry what the settings panel draws. Knows no field.

Texts are marked with ``gettext_noop`` so that the site's catalogues pick them up; nothing is translated here.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def gettext_noop(text: str) -> str:
    """Mark ``text`` for translation and return it unchanged (the site translates it when it draws the schema)."""
    return text


class Spec(BaseModel):
    """Base of all specs: immutable, no unknown keys, no NaN or infinities, no silent conversion of strings to numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


def setting(
    default: Any, group: str, title: str, help: str, *, formula: str = "", neutral: Any = None, rare: bool = False, needs: str = "", **bounds: Any
) -> Any:
    """A field of ``SamplingParams``.

    ``slider`` is ``[min, max, step]`` of the control, which may be narrower than the bounds. A ``rare`` setting is folded away; one that
    ``needs`` another has no effect while that is at its neutral value. ``extra`` is for a control of its own.
    """
    slider = bounds.pop("slider", None)
    default_factory = bounds.pop("default_factory", None)
    extra = bounds.pop("extra", {}) | {"group": group, "formula": formula, "neutral": neutral, "slider": slider, "rare": rare, "needs": needs}
    value = {"default_factory": default_factory} if default_factory else {"default": default}
    return Field(title=title, description=help, json_schema_extra=extra, **value, **bounds)


TokenId = Annotated[int, Field(ge=0, le=10_000_000)]
TokenIdKey = Annotated[int, Field(ge=0, le=10_000_000, strict=False)]  # JSON object keys are strings
