"""Keeps Python's garbage collector from stopping every run to look at the libraries. Knows nothing of models.

Tokens with traces are many objects, after some thousands of which the collector goes over all that there are in the process. Of torch,
transformers and the site that is some 400,000, which never become garbage: 0.1 to 0.2 s in which nobody gets a token.
"""

from __future__ import annotations

import gc
from functools import cache


@cache
def spare_libraries() -> None:
    """Once in a process, before its first model: what exists now is not looked at any more. Models that come later are, and can go."""
    gc.freeze()
