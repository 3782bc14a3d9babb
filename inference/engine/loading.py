"""Loading a model and its tokenizer, safely: safetensors only, no code of the model's own, ever. Knows nothing of decoding."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from inference.engine.encoder import Encoder, encoder_of
from inference.engine.errors import ModelError
from inference.engine.folder import check_folder
from inference.engine.quantized import QUANTIZATIONS, quantize, quantized_sizes
from inference.engine.weights import Progress, first_line, no_progress, read_weights
from inference.sources import BUNDLED_PREFIX, SourceError, bundled

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_HUB_FILES = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "*.tiktoken"]
_SMALL = 2 * 1024**3  # bytes of weights up to which "auto" takes float32 on a CPU: exact, and no slower there
_DEFAULT_CONTEXT = 2048  # for models without a position limit (ALiBi, recurrent)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    model: Any  # a transformers causal LM in eval mode
    tokenizer: Any
    config: Any  # of the text model
    device: torch.device
    dtype: torch.dtype
    context: int  # tokens
    vocab_size: int  # width of the logits
    eos_token_ids: list[int]
    parameters: int
    weight_bytes: int
    quantization: str = "none"
    encoder: Encoder | None = None  # of an encoder-decoder


def load_model(
    source: str | Path,
    *,
    device: str = "auto",
    dtype: str = "auto",
    revision: str | None = None,
    quantization: str = "none",
    on_progress: Progress = no_progress,
) -> LoadedModel:
    """Load from ``bundled:<name>``, a local folder or a Hub id. Raises ``ModelError`` with the reason where that is not possible or not safe."""
    if quantization not in QUANTIZATIONS:
        raise ModelError("bad_quantization", f"quantization {quantization!r} is not one of {', '.join(QUANTIZATIONS)}")
    target = pick_device(device)
    folder = _folder(source, revision)
    config = check_folder(folder)
    kind = pick_dtype(dtype, config, folder, target, quantization)
    tokenizer = _tokenizer(folder)  # first: it is quick to refuse
    model = read_weights(folder, config, kind, on_progress)
    if quantization != "none":
        quantize(model, quantization, target)
    return described(model.to(target).eval(), tokenizer, kind, quantization)


def described(model: Any, tokenizer: Any, dtype: torch.dtype, quantization: str = "none") -> LoadedModel:
    """``model``, in eval mode and on its device, with what the engine needs to know of it."""
    text_config = model.config.get_text_config(decoder=True)
    sizes = {p.data_ptr(): (p.numel(), p.element_size()) for p in model.parameters()}  # tied weights count once
    quantized_count, quantized_bytes = quantized_sizes(model)
    return LoadedModel(
        model=model,
        tokenizer=tokenizer,
        config=text_config,
        device=model.device,
        dtype=dtype,
        context=_context(text_config),
        vocab_size=int(text_config.vocab_size),
        eos_token_ids=_eos(model, tokenizer),
        parameters=quantized_count + sum(count for count, _ in sizes.values()),
        weight_bytes=quantized_bytes + sum(count * size for count, size in sizes.values()),
        quantization=quantization,
        encoder=encoder_of(model, _context(text_config)),
    )


def pick_device(device: str) -> torch.device:
    """``auto`` is a GPU where there is one. Raises ``ModelError`` for a device that this machine does not have."""
    if device == "auto":
        found = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(found)
    try:
        torch.empty(1, device=device)
        return torch.device(device)
    except (RuntimeError, AssertionError, ValueError) as error:
        raise ModelError("bad_device", f"device {device!r} cannot be used: {str(error).splitlines()[0]}") from error


def pick_dtype(dtype: str, config: dict[str, Any], folder: Path, device: torch.device, quantization: str = "none") -> torch.dtype:
    """``auto`` is the stored type on a GPU; on a CPU float32 for small models and bfloat16 for large or quantized ones."""
    if dtype != "auto":
        if dtype not in DTYPES:
            raise ModelError("bad_dtype", f"dtype {dtype!r} is not one of auto, {', '.join(DTYPES)}")
        return DTYPES[dtype]
    stored = DTYPES.get(str(config.get("dtype") or config.get("torch_dtype")), torch.float32)
    if device.type == "cpu" and quantization != "none":
        return torch.bfloat16
    if device.type != "cpu" or stored is torch.float32:
        return stored
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    return torch.float32 if size <= _SMALL else torch.bfloat16


def peak_bytes(folder: Path, dtype: str, device: str) -> int:
    """What the weights of ``folder`` take while they are loaded. Quantization happens after that. Raises ``ModelError``."""
    config = check_folder(folder)
    stored = DTYPES.get(str(config.get("dtype") or config.get("torch_dtype")), torch.float32)
    wanted = pick_dtype(dtype, config, folder, pick_device(device))
    return sum(path.stat().st_size for path in folder.glob("*.safetensors")) * int(wanted.itemsize) // int(stored.itemsize)


def _folder(source: str | Path, revision: str | None) -> Path:
    text = str(source)
    if text.startswith(BUNDLED_PREFIX):
        return _bundled(text.removeprefix(BUNDLED_PREFIX))
    if isinstance(source, Path) or text.startswith(("/", ".", "~")) or Path(text).is_dir():
        return Path(text).expanduser()
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(text, revision=revision, allow_patterns=_HUB_FILES))
    except Exception as error:  # the Hub client raises many kinds: network, absent, gated, malformed id
        raise ModelError("not_found", f"{text!r} is neither a local folder nor a model that the Hub gives: {error}") from error


def _bundled(name: str) -> Path:
    try:
        return bundled(name)
    except SourceError as error:
        raise ModelError("not_found", str(error)) from error


def _tokenizer(folder: Path) -> Any:
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise ModelError("no_tokenizer", f"{folder.name} has no tokenizer that can be loaded: {first_line(error)}") from error
    if len(tokenizer) == 0:
        raise ModelError("no_tokenizer", f"{folder.name} has an empty tokenizer")
    return tokenizer


def _context(config: Any) -> int:
    limit = getattr(config, "max_position_embeddings", None)
    return int(limit) if isinstance(limit, int) and limit > 0 else _DEFAULT_CONTEXT


def _eos(model: Any, tokenizer: Any) -> list[int]:
    """What ``generate`` would stop at, else what the tokenizer calls the end."""
    for ids in (model.generation_config.eos_token_id, getattr(model.config, "eos_token_id", None), tokenizer.eos_token_id):
        if ids is not None:
            return sorted(ids) if isinstance(ids, list | tuple) else [int(ids)]
    return []
