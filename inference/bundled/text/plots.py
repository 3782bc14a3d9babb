"""Loads the plots of the stories, one small text file each, from the folder `plots`.

A file is a row of beats separated by blank lines; the lines of a beat are its
wordings, of which a telling takes one. `openings.txt` has a first beat for
people and one for animals; the prefix of a plot's name says which of them it
is about. The slots in braces are filled by `stories_en` and `stories_zh`.
"""

from dataclasses import dataclass
from pathlib import Path

Beat = tuple[str, ...]

_FOLDER = Path(__file__).parent / "plots"


@dataclass(frozen=True)
class Plot:
    """beats: for each step of the plot the wordings to choose from; animals: whether hero and friend are animals."""

    name: str
    beats: tuple[Beat, ...]
    animals: bool


@dataclass(frozen=True)
class Shelf:
    """All plots of a language, and the lines that fit into any of them."""

    plots: tuple[Plot, ...]
    interludes: Beat
    closings: Beat

    @property
    def homecomings(self) -> Beat:
        """The closings that name the hero, for a telling whose last beat does not."""
        return tuple(line for line in self.closings if "{N}" in line)


def load(language: str) -> Shelf:
    """The shelf of "en" or "zh"."""
    folder = _FOLDER / language
    people, animals = _beats(folder / "openings.txt")
    openings = {"people": people, "animals": animals}
    plots = []
    for path in sorted(folder.glob("*-*.txt")):
        cast, name = path.stem.split("-", 1)
        plots.append(Plot(name, (openings[cast], *_beats(path)), cast == "animals"))
    return Shelf(tuple(plots), _beats(folder / "interludes.txt")[0], _beats(folder / "closings.txt")[0])


def _beats(path: Path) -> tuple[Beat, ...]:
    return tuple(tuple(beat.splitlines()) for beat in path.read_text(encoding="utf-8").strip().split("\n\n"))
