"""Where a network keeps what everybody else calls embedding, layers, final norm and head, found by watching one pass. Knows no family.

The *tail* is whatever runs after the last layer, in order: the final norm, the head, a projection between them. That it really makes
the model's logits of the last layer's output is checked; a network of which that is not true is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from inference.engine.errors import RunError
from inference.engine.model import Model
from inference.insight.forward import Forward

TOLERANCE = 1e-4  # of logits, in float32; lower precision by its own epsilon
_PROBE = 8  # tokens


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The parts of one network; ``factor`` and ``cap`` are what the network does to the head's output: cap x tanh(factor x z / cap)."""

    embedding: Any
    layers: list[Any]
    tail: list[Any]
    factor: float
    cap: float | None

    def logits(self, stream: torch.Tensor) -> torch.Tensor:
        """``stream`` (n, width) of a residual stream to logits (n, V)."""
        for part in self.tail:
            stream = part(stream)
        logits = stream.float() * self.factor
        return logits if self.cap is None else torch.tanh(logits / self.cap) * self.cap


@contextmanager
def streams(anatomy: Anatomy, see: Callable[[int, torch.Tensor], None]) -> Iterator[None]:
    """Within, ``see`` is told the residual stream (n, width) of every pass: 0 before the first layer, then after each."""

    def after(layer: int) -> Callable[..., None]:
        return lambda module, args, output: see(layer + 1, _hidden(output))

    def before(module: Any, args: Any, named: Any) -> None:
        see(0, (args[0] if args else named["hidden_states"])[0])

    hooks = [layer.register_forward_hook(after(n)) for n, layer in enumerate(anatomy.layers)]
    hooks.append(anatomy.layers[0].register_forward_pre_hook(before, with_kwargs=True))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _hidden(output: Any) -> torch.Tensor:
    hidden: torch.Tensor = (output[0] if isinstance(output, tuple) else output)[0]
    return hidden


def dissect(model: Model) -> Anatomy:
    """The anatomy of ``model``. On the engine's thread. Raises ``RunError`` where the tail does not make the model's logits."""
    network = model.network
    layers = _layers(network, model.info.layers)
    recorder = _Recorder(layers[-1])
    ids = [(7 + 7919 * n) % model.info.vocab_size for n in range(_PROBE)]
    with recorder.watching(network):
        logits = Forward(model).feed(ids, rows=_PROBE)[-_PROBE:].float()
    cap = getattr(network.config.get_text_config(decoder=True), "final_logit_softcapping", None)
    plain = Anatomy(network.get_input_embeddings(), layers, recorder.tail, 1.0, None)
    anatomy = Anatomy(plain.embedding, layers, recorder.tail, _factor(plain.logits(recorder.last), logits, cap), cap)
    _check(anatomy.logits(recorder.last), logits, model)
    return anatomy


def _layers(network: Any, count: int) -> list[Any]:
    """The list of as many modules as the model has layers; the one with most parameters of several."""
    lists: list[Any] = [module for module in network.modules() if isinstance(module, torch.nn.ModuleList) and len(module) == count]
    if not lists:
        raise RunError("no_layers", f"This model keeps its {count} layers in no list, so that nothing can be read between them.", "model")
    return [*max(lists, key=_size)]


def _size(module: Any) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


class _Recorder:
    """Notes which modules run after the last layer: outermost ones, in order."""

    def __init__(self, last_layer: Any) -> None:
        self._last_layer = last_layer
        self._inside: Any = None
        self._begun = False
        self.tail: list[Any] = []
        self.last = torch.empty(0)

    @contextmanager
    def watching(self, network: Any) -> Iterator[None]:
        hooks: list[Any] = []
        for module in network.modules():
            hooks += [module.register_forward_pre_hook(self._enter), module.register_forward_hook(self._leave)]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _enter(self, module: Any, args: Any) -> None:
        if self._begun and self._inside is None:
            self._inside = module
            self.tail.append(module)

    def _leave(self, module: Any, args: Any, output: Any) -> None:
        if module is self._last_layer:
            self._begun, self.last = True, _hidden(output)
        elif module is self._inside:
            self._inside = None


def _factor(found: torch.Tensor, logits: torch.Tensor, cap: float | None) -> float:
    """The constant by which some families multiply the head's output, by least squares; exactly 1 where they do not."""
    target = logits if cap is None else torch.atanh((logits / cap).clamp(-0.999, 0.999)) * cap
    if found.shape != target.shape:
        return 1.0
    inside = torch.ones_like(target, dtype=torch.bool) if cap is None else logits.abs() < 0.9 * cap
    factor = float((found * target)[inside].sum() / (found * found)[inside].sum().clamp_min(1e-30))
    return 1.0 if abs(factor - 1.0) < 1e-3 else factor


def _check(found: torch.Tensor, logits: torch.Tensor, model: Model) -> None:
    """Raises ``RunError`` where the last layer's stream does not give the model's logits."""
    if found.shape != logits.shape:
        raise RunError("no_lens", f"What runs after the last layer of this model gives {tuple(found.shape)}, not logits.", "model")
    precision = {"float32": 1.0, "bfloat16": 2.0**16, "float16": 2.0**13}.get(model.info.dtype, 1.0)  # epsilon over that of float32
    bound = TOLERANCE * max(1.0, float(logits.abs().max()) / 400.0 * precision)
    deviation = float((found - logits).abs().max())
    if not deviation <= bound:
        message = f"The last layer's stream of this model does not give its logits: they differ by {deviation:.3g}."
        raise RunError("no_lens", message, "model", f"{deviation:.3g}", f"{bound:.3g}")
