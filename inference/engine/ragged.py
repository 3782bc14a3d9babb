"""The fast runner: all requests' tokens in one packed row through an unmodified transformers model. Knows nothing of scheduling."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import torch

from inference.engine.arena import Arena
from inference.engine.attention import NAME, Probe, RaggedPass, running
from inference.engine.batch import Chunk, Output
from inference.engine.capture import Watched, capture
from inference.engine.layout import arrange
from inference.engine.loading import LoadedModel
from inference.engine.replay.learn import learn
from inference.engine.replay.program import Program, compiled
from inference.engine.replay.simplify import simplified
from inference.engine.replay.tape import Untapeable
from inference.events import Attention

_LONG = 4  # times the median length: rows beyond it attend by themselves
_SHORT = 128  # positions up to which a row is never too long


class Unpackable(Exception):
    """The model does not hand its attention to us, so it cannot run packed; the message says why."""


class RaggedRunner:
    """Runs decode tokens and prefill chunks of many requests in one forward pass (``batch.Runner``).

    Raises ``Unpackable`` for a model that does not go through ``AttentionInterface`` in every layer.
    """

    def __init__(self, loaded: LoadedModel, limit_bytes: int) -> None:
        self._model, self._device = loaded.model, loaded.device
        self._keeps_rows = "logits_to_keep" in inspect.signature(self._model.forward).parameters
        self._takes_positions = "position_ids" in inspect.signature(self._model.forward).parameters
        self._use_our_attention()
        probe = self._probe()
        self.layers, self.heads = len(probe.shapes), probe.heads
        self._vocab, self._context = loaded.vocab_size, loaded.context
        arrange(self._model)
        self._program, self.untapeable = self._learn()
        self._arena = Arena([probe.shapes[n] for n in range(self.layers)], loaded.dtype, self._device, limit_bytes)
        self.arena, self.watchable = self._arena, True
        self.fixed_chunk: int | None = None
        self.fits, self.reserve, self.release = self._arena.fits, self._arena.reserve, self._arena.release
        self.move, self.copy, self.clear = self._arena.move, self._arena.copy, self._arena.clear

    @property
    def bytes_per_token(self) -> int:
        return self._arena.bytes_per_token

    @property
    def capacity_bytes(self) -> int:
        return self._arena.capacity_bytes

    def held_bytes(self, slots: Sequence[int], length: int) -> int:
        return len(slots) * length * self.bytes_per_token

    def forward(self, chunks: Sequence[Chunk]) -> Output:
        """Run ``chunks`` and write their keys and values into the arena; slots must have been reserved."""
        together = _together(chunks)
        order = together + sorted(set(range(len(chunks))).difference(together))
        packed = [chunks[n] for n in order]
        watched = any(chunk.heads is not None for chunk in packed)
        this = RaggedPass(self._arena, packed, len(together), watched)
        kept, ends = _kept_rows(packed)
        with running(this):
            logits = self._logits(packed, kept)
        attention = {} if this.calls is None else self._attention(this, packed, ends)
        return Output(_in_order(logits, packed, order), {order[n]: rows for n, rows in attention.items()})

    def _logits(self, packed: list[Chunk], kept: list[int]) -> torch.Tensor:
        """(rows, V) of the packed positions ``kept``."""
        ids = [token_id for chunk in packed for token_id in chunk.ids]
        places = [place for chunk in packed for place in range(chunk.past, chunk.past + len(chunk.ids))]
        tensors = torch.tensor([ids], device=self._device), torch.tensor([places], device=self._device)
        if len(kept) == len(ids):
            run = self._program or self._run
            return run(*tensors)[0]
        rows = torch.tensor(kept or [0], device=self._device)
        logits = self._run(*tensors, logits_to_keep=rows)[0] if self._keeps_rows else self._run(*tensors)[0, rows]
        return logits if kept else logits[:0]

    def _run(self, ids: torch.Tensor, positions: torch.Tensor, **options: Any) -> torch.Tensor:
        """The model's own forward pass over (1, T) ids at (1, T) positions: (1, rows, V)."""
        if self._takes_positions:
            options["position_ids"] = positions
        logits: torch.Tensor = self._model(input_ids=ids, use_cache=False, **options).logits
        return logits

    def _learn(self) -> tuple[Program | None, str]:
        """The pass as straight-line code, for steps that want the logits of every token; else why it cannot be had."""
        try:
            return compiled(simplified(learn(self._run, self._example))), ""
        except Untapeable as reason:
            return None, str(reason)
        except Exception as error:  # whatever a model's code makes of being watched
            return None, f"it cannot be watched: {error}"

    def _example(self, tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and positions, others for every number of tokens."""
        ids = [(7 + 7919 * n * tokens) % self._vocab for n in range(tokens)]
        places = [n * tokens % self._context for n in range(tokens)]
        return torch.tensor([ids], device=self._device), torch.tensor([places], device=self._device)

    def _attention(self, this: RaggedPass, packed: list[Chunk], ends: list[int]) -> dict[int, Attention]:
        assert this.calls is not None
        watched = [
            Watched(n, chunk.slot, ends[n], chunk.past + len(chunk.ids), chunk.heads)
            for n, chunk in enumerate(packed)
            if chunk.heads is not None
        ]
        return capture(self._arena, this.calls, watched, self.heads)

    def _use_our_attention(self) -> None:
        try:
            self._model.set_attn_implementation(NAME)
        except Exception as error:
            raise Unpackable(f"its attention cannot be replaced: {error}") from error
        if self._model.config.get_text_config(decoder=True)._attn_implementation != NAME:
            raise Unpackable("its attention cannot be replaced")

    def _probe(self) -> Probe:
        probe = Probe()
        try:
            with torch.inference_mode(), running(probe):
                self._model(input_ids=torch.zeros(1, 2, dtype=torch.long, device=self._device), use_cache=False)
        except Exception as error:
            raise Unpackable(f"its attention calls are not understood: {error}") from error
        if sorted(probe.shapes) != list(range(len(probe.shapes))) or not probe.shapes:
            raise Unpackable("not all of its layers use the attention interface")
        return probe


def _together(chunks: Sequence[Chunk]) -> list[int]:
    """Chunks of one token that attend in one call, in order of slots.

    That call is as long as the longest of them, so those much longer than the others go by themselves.
    """
    singles = sorted((chunk.slot, n) for n, chunk in enumerate(chunks) if len(chunk.ids) == 1)
    if len(singles) < 2:
        return []
    lengths = sorted(chunks[n].past for _, n in singles)
    most = _LONG * lengths[len(lengths) // 2] + _SHORT
    return [n for _, n in singles if chunks[n].past <= most]


def _kept_rows(packed: list[Chunk]) -> tuple[list[int], list[int]]:
    """Packed positions whose logits are needed, and the packed position of each chunk's last token."""
    kept: list[int] = []
    ends: list[int] = []
    total = 0
    for chunk in packed:
        total += len(chunk.ids)
        kept.extend(range(total - chunk.rows, total))
        ends.append(total - 1)
    return kept, ends


def _in_order(logits: torch.Tensor, packed: list[Chunk], order: list[int]) -> torch.Tensor:
    """Rows in the packed order to rows in the order in which the scheduler gave the chunks."""
    if order == sorted(order):
        return logits
    starts, total = {}, 0
    for n, chunk in zip(order, packed, strict=True):
        starts[n] = (total, total + chunk.rows)
        total += chunk.rows
    return torch.cat([logits[slice(*starts[n])] for n in sorted(starts)])
