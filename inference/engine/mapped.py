"""Weight files that are mapped into memory: what has been read of them is let go of. Knows nothing of models.

safetensors maps a file, and transformers makes parameters of it, or converted copies. Either way every page that was read counts as this
process's memory for as long as one tensor of the file lives: a model in its stored type would be held twice once its weights are packed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch

from inference.engine import pages

_MAPS = Path("/proc/self/maps")


class MappedFiles:
    """The weight files of ``folder``. Where the system does not say what is mapped, nothing is."""

    def __init__(self, folder: Path) -> None:
        self._files = {str(path.resolve()) for path in folder.glob("*.safetensors")}

    def let_go(self) -> None:
        """Give back the pages that have been read; they are read again where somebody asks. Only while tensors of the files live, and none was written to."""
        for start, end in self._spans():
            pages.let_go(start, end)

    def copy_out(self, tensors: Iterable[torch.Tensor]) -> None:
        """Give those of ``tensors`` that lie in the files memory of their own, so that no file stays mapped for their sake."""
        spans = self._spans()
        mapped = [one for one in tensors if any(start <= one.data_ptr() < end for start, end in spans)]
        files, copies = [one.data for one in mapped], dict[int, torch.Tensor]()
        for one in mapped:
            place = one.data_ptr()
            if place not in copies:  # else tied to another
                copies[place] = one.data.clone()
                self.let_go()
            one.data = copies[place]
        del files  # until here they have kept the addresses from being another's

    def _spans(self) -> list[tuple[int, int]]:
        """First address and end of each."""
        if not _MAPS.exists():
            return []
        lines = (line.split(maxsplit=5) for line in _MAPS.read_text().splitlines())
        ends = [fields[0].split("-") for fields in lines if len(fields) == 6 and fields[5] in self._files]
        return [(int(start, 16), int(end, 16)) for start, end in ends]

