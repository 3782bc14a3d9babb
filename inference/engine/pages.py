"""What the system is told of this process's memory. Knows nothing of weights or files; does nothing where the system does not listen."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

_DONT_NEED, _HUGE, _COLLAPSE = 4, 14, 25  # MADV_* of Linux
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_* of glibc's malloc.h
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


def trim() -> None:
    """Give memory that was freed back to the system, where the allocator would keep it, as glibc's does."""
    if hasattr(_libc(), "malloc_trim"):
        _libc().malloc_trim(0)


def keep(array: int, idle: int) -> None:
    """Have the allocator keep what is freed for what is asked for next: arrays of up to ``array`` bytes, and up to ``idle`` bytes in all.

    By itself glibc gives back what the arrays of a step leave at the end of its memory, and asks for it again at the next. Every page then
    costs a fault at its first touch: over a large vocabulary half as much time as the work that is done in the arrays.
    """
    if hasattr(_libc(), "mallopt"):
        _libc().mallopt(_MMAP_THRESHOLD, array)
        _libc().mallopt(_TRIM_THRESHOLD, idle)


def _advise(start: int, end: int, advice: int) -> None:
    """What the system answers does not matter: it is advice."""
    if hasattr(_libc(), "madvise"):
        _libc().madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), advice)


@cache
def _libc() -> Any:
    return ctypes.CDLL(None)
