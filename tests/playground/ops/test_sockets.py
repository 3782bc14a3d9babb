"""The short way out of the server writes what RFC 6455 asks for."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from playground.ops.sockets import header


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_a_header_is_what_a_reference_implementation_writes(length: int) -> None:
    payload = b"x" * length
    assert header(length) + payload == Frame(Opcode.BINARY, payload).serialize(mask=False)
