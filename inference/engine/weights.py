"""Reading a model's weights into memory, with progress. The folder has been checked; knows nothing of devices or quantization."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
)

from inference.engine.errors import ModelError
from inference.engine.mapped import MappedFiles

Progress = Callable[[float], None]  # hears fractions from 0 to 1
_STEPS = 20  # fractions told at most
_listening = threading.local()
_one_at_a_time = threading.Lock()  # transformers patches its globals while it builds a model: two at once lose tied weights


def no_progress(fraction: float) -> None:
    """For those who do not want to know."""


def read_weights(folder: Path, config: dict[str, Any], dtype: torch.dtype, on_progress: Progress) -> Any:
    """The model on the CPU. Raises ``ModelError`` where it cannot be built or its weights are not complete."""
    transformers.utils.logging.disable_progress_bar()  # it writes into the logs of whoever embeds us
    auto = transformers.AutoModelForSeq2SeqLM if is_encoder_decoder(folder, config) else transformers.AutoModelForCausalLM
    files = MappedFiles(folder)
    _listening.progress = partial(_heard, files, on_progress)
    try:
        with _one_at_a_time:
            model, report = auto.from_pretrained(
                folder, dtype=dtype, use_safetensors=True, local_files_only=True, trust_remote_code=False, output_loading_info=True
            )
    except Exception as error:  # whatever a malformed folder makes the library raise
        raise ModelError("not_loadable", f"{folder.name} cannot be loaded: {first_line(error)}") from error
    finally:
        _listening.progress = None
    _check_complete(folder, report)
    files.copy_out([*model.parameters(), *model.buffers()])
    return model


def _heard(files: MappedFiles, on_progress: Progress, fraction: float) -> None:
    files.let_go()
    on_progress(fraction)


def is_encoder_decoder(folder: Path, config: dict[str, Any]) -> bool:
    """By the class that the config names; where it names none that is known, by its kind."""
    for name in config.get("architectures") or ():
        if name in _names(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES):
            return False
        if name in _names(MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES):
            return True
    if config["model_type"] not in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        return False
    try:
        whole = transformers.AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise ModelError("not_loadable", f"{folder.name} cannot be loaded: {first_line(error)}") from error
    return bool(whole.is_encoder_decoder)


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _names(mapping: Any) -> set[str]:
    return {name for value in mapping.values() for name in ([value] if isinstance(value, str) else value)}


def _check_complete(folder: Path, report: dict[str, Any]) -> None:
    """A model with weights missing would run, with random numbers in their place."""
    wrong = [*report.get("missing_keys", ()), *report.get("mismatched_keys", ()), *report.get("error_msgs", ())]
    if wrong:
        raise ModelError("bad_weights", f"{folder.name}: {len(wrong)} weights are missing or have another shape, e.g. {wrong[0]}")


def _bar(factory: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """In place of transformers' progress bars: in a thread that reads weights, the bar over the tensors tells how far it is."""
    progress = getattr(_listening, "progress", None)
    if progress is None or not args or options.get("desc") != "Loading weights":
        return factory(*args, **options)
    return _counted(args[0], progress)


def _counted(tensors: Iterable[Any], progress: Progress) -> Iterator[Any]:
    items = list(tensors)
    every = max(1, len(items) // _STEPS)
    for n, item in enumerate(items):
        if n and n % every == 0:
            progress(n / len(items))
        yield item


transformers.utils.logging.set_tqdm_hook(_bar)
