"""What the system is told of this process's memory. Knows nothing of weights or files; does nothing where the system does not listen."""

from __future__ import annotations

import ctypes

from inference.allocator import libc

_DONT_NEED, _HUGE, _COLLAPSE = 4, 14, 25  # MADV_* of Linux
_PAGE = 4096
_WORTH_IT = 2**22  # bytes: two huge pages, of which one may fall into it whole


def let_go(start: int, end: int) -> None:
    """Give back the pages between two addresses; of a mapped file they are read again where somebody asks."""
    _advise(start, end, _DONT_NEED)


def huge(start: int, size: int) -> None:
    """Have ``size`` bytes that are read from end to end, again and again, lie in huge pages.

    A pass over a 124M model spends a tenth of its time on looking up where the pages of its weights are, in a virtual machine.
    """
    if size >= _WORTH_IT:
        for advice in (_HUGE, _COLLAPSE):  # the second acts at once where it is known, from Linux 6.1 on
            _advise(-(-start // _PAGE) * _PAGE, (start + size) // _PAGE * _PAGE, advice)


def _advise(start: int, end: int, advice: int) -> None:
    """What the system answers does not matter: it is advice."""
    if hasattr(libc(), "madvise"):
        libc().madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), advice)
