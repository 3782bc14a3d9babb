"""A lecture's record: what was on the screen at which time, small enough to travel with a session. Pure; knows no database and nobody's name.

``{"version": 1, "length", "runs", "seen", "views", "asks", "games"}``: times are ms since the class first saw a token's place or was asked something, ascending. ``seen``: of
``[ms, n, tokens]``, the class sees so many tokens of ``runs[n]``; ``views``: of ``[ms, changes]``, where the teacher looks, by name what is another value than before; ``asks``:
questions that were revealed; ``games``: as ``played`` tells them. Records of before there were games in them have none. ``playground.runs.lecture_file`` checks one that comes from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.classroom import played
from playground.classroom.played import Played

VERSION = 1
MOST_BYTES = 160 * 1024
MOST_ASKS = 100
GRAINS = (0, 250, 1000, 4000, 16_000, 64_000)  # ms that may become one moment, where there are too many

Entry = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as the class was asked. ``options``: of ``{id, piece (hex), p, votes}``; ``guessed``: votes for none of them."""

    ms: int
    revealed: int
    run: str
    kind: str
    text: str
    why: str
    step: int
    options: Sequence[Mapping[str, Any]]
    guessed: int
    drawn: Mapping[str, Any]  # {id, piece (hex), p}
    dice: Mapping[str, Any]  # {greedy, u, low, high}


def record(
    seen: Sequence[tuple[int, str, int]], views: Sequence[tuple[int, Mapping[str, Any]]], asks: Sequence[Ask], games: Sequence[Played] = ()
) -> dict[str, Any]:
    """Of tokens seen (ms, run, tokens), views, questions and games, each ascending. Coarser, as far as it has to be, until it fits."""
    runs = list(dict.fromkeys(run for _, run, _ in seen))
    known = [ask for ask in asks if ask.run in runs or ask.kind == "choice"][:MOST_ASKS]
    start = min([ms for ms, _, _ in seen[:1]] + [ask.ms for ask in known[:1]] + [game.ms for game in games[:1]], default=0)
    places = [(ms - start, [runs.index(run), tokens]) for ms, run, tokens in seen]
    looks = [(max(0, ms - start), view) for ms, view in views]
    told = {"asks": [_told(ask, start, runs) for ask in known], "games": played.told(games, start)}
    head = {"version": VERSION, "length": _length(places, looks, [*told["asks"], *told["games"]]), "runs": runs, **told}
    for grain in GRAINS:
        made = {**head, "seen": [[ms, *place] for ms, place in _thinned(places, grain)], "views": _changes(_thinned(looks, grain))}
        if len(json.dumps(made)) <= MOST_BYTES:
            break
    return made


def _length(places: Sequence[Entry], looks: Sequence[Entry], told: Sequence[Mapping[str, Any]]) -> int:
    """Until the last thing happened."""
    ends = [ms for ms, _ in (*places[-1:], *looks[-1:])]
    return max(ends + [each.get("ended") or each["revealed"] for each in told], default=0)


def _told(ask: Ask, start: int, runs: list[str]) -> dict[str, Any]:
    return {
        "ms": ask.ms - start, "revealed": ask.revealed - start, "run": runs.index(ask.run) if ask.run in runs else None,
        "kind": ask.kind, "text": ask.text, "why": ask.why, "step": ask.step, "options": list(ask.options), "guessed": ask.guessed,
        "drawn": ask.drawn, "dice": ask.dice,
    }  # fmt: skip


def _thinned(entries: Sequence[Entry], grain: int) -> list[Entry]:
    """The last of each stretch of ``grain`` ms; what the lecture ended with stays."""
    if not grain:
        return list(entries)
    return list({ms // grain: (ms, value) for ms, value in entries}.values())


def _changes(views: Iterable[Entry]) -> list[list[Any]]:
    found: list[list[Any]] = []
    before: dict[str, Any] = {}
    for ms, view in views:
        changed = {name: value for name, value in view.items() if name not in before or before[name] != value or type(before[name]) is not type(value)}
        before = {**before, **view}
        if changed:
            found.append([ms, changed])
    return found
