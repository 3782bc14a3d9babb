"""The decoding engine. Knows nothing of Django, Channels or HTTP.

``from inference import Engine, RunSpec, SamplingParams`` is the public surface. ``Engine`` is imported on first use, because
the web process needs the specs and the events but must never import torch.
"""

from typing import TYPE_CHECKING, Any

from inference.spec import ModelSource, RunSpec, SamplingParams, Watch

if TYPE_CHECKING:
    from inference.engine.engine import Engine
    from inference.engine.errors import ModelError
    from inference.engine.folder import check_folder

__all__ = ["Engine", "ModelError", "ModelSource", "RunSpec", "SamplingParams", "Watch", "check_folder"]


def __getattr__(name: str) -> Any:
    if name == "Engine":
        from inference.engine.engine import Engine

        return Engine
    if name == "ModelError":
        from inference.engine.errors import ModelError

        return ModelError
    if name == "check_folder":  # torch-free, as is ModelError
        from inference.engine.folder import check_folder

        return check_folder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
