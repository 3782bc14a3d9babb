"""The browser's types say what the encoder packs."""

from __future__ import annotations

from inference.events import Finished, Token
from playground.live.protocol import Start
from playground.live.typescript import Writer

TEXT = Writer().write()


def declaration(name: str) -> str:
    return TEXT.split(f"export interface {name} {{")[1].split("}")[0]


def test_an_event_carries_its_type_and_its_place() -> None:
    assert f'  type: "{Token.type}";\n  run: string;\n  seq: number;\n' in declaration("Token")


def test_bytes_arrive_as_typed_arrays() -> None:
    assert "  piece: Uint8Array;" in declaration("Token")


def test_an_optional_value_is_a_union_with_null() -> None:
    assert "  error: ErrorInfo | null;" in declaration(Finished.__name__)


def test_a_nested_dataclass_without_a_type_has_no_envelope() -> None:
    assert "run:" not in declaration("Trace")


def test_a_client_may_leave_out_what_has_a_default() -> None:
    assert "  spec: RunSpec;" in declaration(Start.__name__)
    assert "  model?: string;" in declaration("RunSpec")


def test_every_union_is_exported() -> None:
    assert "export type RunEvent = Loading | Started | Prefilled | Token | SampleFinished | Drafts | Beams | Hypotheses | Resumed | Finished;" in TEXT
    assert "export type ClientMessage = Start | Resume | Ack | Watching | Cancel | Ask;" in TEXT
    assert "export type ServerMessage = Pending | Accepted | Recovered | Gap | Queued | Refused | Answered;" in TEXT
