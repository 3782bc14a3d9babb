"""What a run asks for. Torch-free; knows nothing of Django.

Validated once, at the edge: bounds, no NaN, no unknown keys. The JSON schema of ``SamplingParams`` draws the settings panel, so
each field carries its group, slider range, neutral value and formula next to its bounds. One file a family of settings.
"""

from inference.spec.base import Spec, TokenId, gettext_noop, setting
from inference.spec.constraints import ConstraintKind
from inference.spec.dialects import DEFAULT_STAGE_ORDER, ORDERS, Dialect, StageName
from inference.spec.length import MAX_TOKENS_LIMIT
from inference.spec.reproducibility import MAX_SEED
from inference.spec.run import MAX_SHOWN, Head, ModelSource, RunSpec, Watch
from inference.spec.sampling import SamplingParams

__all__ = [
    "DEFAULT_STAGE_ORDER",
    "MAX_SEED",
    "MAX_SHOWN",
    "MAX_TOKENS_LIMIT",
    "ORDERS",
    "ConstraintKind",
    "Dialect",
    "Head",
    "ModelSource",
    "RunSpec",
    "SamplingParams",
    "Spec",
    "StageName",
    "TokenId",
    "Watch",
    "gettext_noop",
    "setting",
]
