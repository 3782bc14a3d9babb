"""Bounds of what people write into their sessions; one place for API, import and model."""

from typing import Annotated

from pydantic import Field, StringConstraints

MAX_TITLE = 120
MAX_NOTES = 20_000
MAX_DRAFT_BYTES = 256 * 1024
MAX_RUNS = 2_000
MAX_SESSIONS_AT_ONCE = 500

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r'^[^"\\]*$')]
Tags = Annotated[list[Tag], Field(max_length=20)]
