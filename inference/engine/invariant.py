"""The packed runner where a request's numbers must not depend on its neighbours, bit for bit. Knows nothing of scheduling.

What the numbers of a row depend on beside the row, and what is done about it (all measured on an AVX-512 machine):

- float32 products of MKL take another kernel for another number of rows or threads: those of linear layers are made by oneDNN with
  weights packed once, whose rows are the same for any number of rows from two on, and for any number of threads. bfloat16 goes through
  oneDNN anyway.
- A product of one row takes a kernel of its own: a pass has at least two rows, and so have the logits.
- Attention over several requests at once is as long as the longest of them: each attends by itself.
- The same prompt cut elsewhere gives other numbers: prompts are cut at multiples of ``CHUNK`` tokens, and what was decoded token by
  token is read token by token again (``Part.end_of_chunk``).
- Experts take their rows from all requests: where that shows, each request has a pass of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from inference.engine.arena import Arena
from inference.engine.attention import RaggedPass, running
from inference.engine.batch import Chunk, Output
from inference.engine.layout import pack
from inference.engine.loading import LoadedModel
from inference.engine.ragged import RaggedRunner

CHUNK = 32  # tokens
_LEAST_ROWS = 2
_TRIED = ((5, 9, 2, 17), 3)  # prompt lengths and decoding steps with which the runner tries itself


class SteadyRunner(RaggedRunner):
    """Takes chunks of prompts that begin at multiples of ``CHUNK`` and are ``CHUNK`` tokens long, but for the last of a prompt."""

    def __init__(self, loaded: LoadedModel, limit_bytes: int) -> None:
        if torch.backends.mkldnn.is_available():
            pack(loaded.model, lambda weight: weight.dtype is torch.float32)
        super().__init__(loaded, limit_bytes)
        self.fixed_chunk = CHUNK
        self._alone = False
        with torch.inference_mode():
            self._alone = not self._is_steady()

    def _learn(self) -> tuple[None, str]:
        return None, "every pass is the model's own"

    def forward(self, chunks: Sequence[Chunk]) -> Output:
        if not self._alone:
            return self._pass(chunks)
        outputs = [self._pass([chunk]) for chunk in chunks]
        attention = {n: rows for n, output in enumerate(outputs) for rows in output.attention.values()}
        return Output(torch.cat([output.logits for output in outputs]), attention)

    def _pass(self, chunks: Sequence[Chunk]) -> Output:
        tokens = sum(len(chunk.ids) for chunk in chunks)
        this = PaddedPass(self._arena, chunks, max(0, _LEAST_ROWS - tokens), any(chunk.heads is not None for chunk in chunks))
        packed, kept, ends = _rows(chunks)
        with running(this):
            logits = self._padded_logits(packed, kept)
        return Output(logits, {} if this.calls is None else self._attention(this, list(chunks), ends))

    def _padded_logits(self, packed: list[tuple[int, int]], kept: list[int]) -> torch.Tensor:
        """(rows, V) of the ``packed`` ids with their positions; the last one is repeated to make up the least number of rows."""
        padded = packed + packed[-1:] * (_LEAST_ROWS - len(packed))
        rows = kept + (kept[-1:] or [0]) * (_LEAST_ROWS - len(kept))
        ids, places = torch.tensor(padded, device=self._device).t()[:, None]
        if not self._keeps_rows:
            return self._run(ids, places)[0, kept]
        return self._run(ids, places, logits_to_keep=torch.tensor(rows, device=self._device))[0, : len(kept)]

    def _is_steady(self) -> bool:
        """Whether requests give the same logits together as alone."""
        lengths, steps = _TRIED
        prompts = [[(7 + 7919 * (n + place)) % self._vocab for place in range(length)] for n, length in enumerate(lengths)]
        if not self.reserve(len(lengths), max(lengths) + steps):
            return True
        rounds = [[Chunk(slot, ids, 0, 1) for slot, ids in enumerate(prompts)]]
        rounds += [[Chunk(slot, [ids[step]], len(ids) + step, 1) for slot, ids in enumerate(prompts)] for step in range(steps - 1)]
        together = [self._pass(chunks).logits for chunks in rounds]
        alone = [torch.cat([self._pass([chunk]).logits for chunk in chunks]) for chunks in rounds]
        self.release()
        return all(torch.equal(one, other) for one, other in zip(together, alone, strict=True))


class PaddedPass(RaggedPass):
    """Each chunk attends by itself; ``padding`` rows behind the last chunk attend to nothing."""

    def __init__(self, arena: Arena, chunks: Sequence[Chunk], padding: int, watched: bool) -> None:
        super().__init__(arena, chunks, 0, watched)
        self._padding = padding

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        out = super().attend(module, query, key, value, options)
        return F.pad(out, (0, 0, 0, 0, 0, self._padding)) if self._padding else out


def _rows(chunks: Sequence[Chunk]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Ids with their positions, packed; the packed places whose logits are wanted; that of each chunk's last token."""
    packed: list[tuple[int, int]] = []
    kept: list[int] = []
    ends: list[int] = []
    for chunk in chunks:
        packed += [(token_id, chunk.past + n) for n, token_id in enumerate(chunk.ids)]
        kept += range(len(packed) - chunk.rows, len(packed))
        ends.append(len(packed) - 1)
    return packed, kept, ends
