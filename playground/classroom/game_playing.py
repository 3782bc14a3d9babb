"""What the teacher does with a game, message by message. Knows no socket: who may do it has been checked."""

from __future__ import annotations

from typing import Any

from playground.classroom import game_making, game_setup, games
from playground.classroom.game_messages import GoOnWithGame, MatchGame, OddGame
from playground.live import starting
from playground.live.consumers import in_thread
from playground.live.language import speaking


async def by_teacher(room: str, teacher: str, language: str, message: MatchGame | OddGame | GoOnWithGame) -> None:
    """Do what ``message`` says. Raises ``RunRefused``."""
    start: Any = speaking(language, starting.start_run)
    match message:
        case MatchGame():
            await in_thread(game_setup.match)(room, teacher, message, start)
        case OddGame():
            await in_thread(game_setup.odd)(room, teacher, message, start)
        case GoOnWithGame(what="end"):
            ended = await in_thread(games.end)(room, message.game)
            if games.state_of(ended) == "making":
                await in_thread(game_making.stop)(ended)
        case GoOnWithGame():
            await in_thread(STEPS[message.what])(room, message.game)


STEPS = {"open": games.open_, "close": games.close, "reveal": games.reveal}
