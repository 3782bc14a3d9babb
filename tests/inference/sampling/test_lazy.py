"""Attributes that are computed when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.sampling.lazy import lazy


@dataclass(frozen=True)
class Square:
    side: int
    asked: list[str] = field(default_factory=list)

    @lazy
    def area(self) -> int:
        self.asked.append("area")
        return self.side**2


def test_an_attribute_is_computed_once_and_only_when_asked_for() -> None:
    square = Square(3)
    assert square.asked == []
    assert (square.area, square.area) == (9, 9)
    assert square.asked == ["area"]


def test_each_instance_has_its_own() -> None:
    assert (Square(2).area, Square(5).area) == (4, 25)
