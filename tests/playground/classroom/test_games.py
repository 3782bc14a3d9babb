"""Both games over real sockets: who sees what, when; who may do what; what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from playground.catalog import services as catalog
from playground.catalog.files import Tokens
from playground.classroom.models import Game
from playground.live import asking
from playground.moderation.models import WordList
from playground.runs.models import Run
from tests.inference.worker import engine as small
from tests.inference.worker.engine import SmallEngine
from tests.playground.classroom import writing
from tests.playground.classroom.people import Person


@pytest.fixture(autouse=True)
def writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "SmallHandle", writing.Writer)
    monkeypatch.setattr(asking, "enqueue", writing.answer)
    monkeypatch.setattr(catalog, "encode", lambda model, text, special: Tokens([1, 2], [], {}))
    monkeypatch.setattr(catalog, "encode_after", lambda model, after, text: [200 + len(word) for word in text.split()])


def asked(**sampling: Any) -> dict[str, Any]:
    return {"prompt": "Once", "sampling": {"max_tokens": 3, **sampling}}


MATCH = {"spec": asked(), "setting": "temperature", "values": [1.0, 0.2, 0.5]}
ODD = {"spec": asked(), "texts": ["there was a cat.", "upon a time"]}


def now(person: Person) -> dict[str, Any]:
    """The game that somebody sees; empty where there is none."""
    return dict(person.said.get("game", {}).get("game") or {})


def desk_of(teacher: Person) -> dict[str, Any]:
    return dict(teacher.said.get("game_desk", {}))


async def set_up(teacher: Person, kind: str = "game_match", **fields: Any) -> dict[str, Any]:
    """A game whose texts are there; returns the teacher's desk."""
    before = now(teacher).get("id")
    await teacher.done(kind, **(fields or (MATCH if kind == "game_match" else ODD)))
    await teacher.until(lambda me: now(me).get("state") in ("ready", "failed") and now(me)["id"] != before)
    await teacher.until(lambda me: desk_of(me).get("game") == me.said["game"]["game"]["id"] and (desk_of(me)["texts"] or desk_of(me)["fault"]))
    return desk_of(teacher)


async def go(teacher: Person, what: str, state: str | None = None) -> dict[str, Any]:
    """One step on; returns the game."""
    await teacher.done("game_go", game=teacher.said["game"]["game"]["id"], what=what)
    await teacher.until(lambda me: now(me).get("state") == state)
    return now(teacher)


async def sees(person: Person, state: str) -> dict[str, Any]:
    await person.until(lambda me: now(me).get("state") == state)
    return now(person)


async def test_a_class_matches_texts_with_temperatures(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann, Person("bob", code) as bob:
        await ann.done("join", nickname="Ann")
        await bob.done("join", nickname="Bob")
        desk = await set_up(teacher)
        assert sorted(desk["texts"]) == ["t0.2. And", "t0.5. And", "t1. And"]
        assert (await sees(ann, "ready"))["cards"] == []
        assert ann.said["game"]["game"]["prompt"] == ""

        await go(teacher, "open", "open")
        game = await sees(ann, "open")
        assert game["values"] == [0.2, 0.5, 1.0]
        assert [card["text"] for card in game["cards"]] == desk["texts"]
        assert all(card == {"text": card["text"], "cut": True, "value": None, "by_model": None, "run": None, "bits": None, "tokens": [], "votes": [], "right": None} for card in game["cards"])
        truth = [[f"t{value:g}. And" for value in game["values"]].index(card["text"]) for card in game["cards"]]
        wrong = [truth[1], truth[0], truth[2]]
        await ann.done("game_answer", game=game["id"], picks=truth)
        await bob.done("game_answer", game=game["id"], picks=wrong)
        await teacher.until(lambda me: me.said["game_desk"]["votes"] == 2)
        assert teacher.said["game_desk"]["counts"] == [[(truth[text] == value) + (wrong[text] == value) for value in range(3)] for text in range(3)]
        assert "game_desk" not in ann.said
        assert ann.said["game"]["game"]["cards"][0]["votes"] == []

        await go(teacher, "reveal", "revealed")
        game = await sees(bob, "revealed")
        assert [card["value"] for card in game["cards"]] == truth
        assert [card["right"] for card in game["cards"]] == [1, 1, 2]
        assert game["answers"] == 2
        assert [[token["surprisal"] for token in card["tokens"]] for card in game["cards"]] == [pytest.approx([1.0, 2.0, 3.0])] * 3
        assert game["cards"][0]["bits"] == pytest.approx(2.0)
        await ann.until(lambda me: me.said["you"]["won_game"] is not None)
        await bob.until(lambda me: me.said["you"]["won_game"] is not None)
        assert (ann.said["you"]["right"], ann.said["you"]["won_game"], ann.said["you"]["games"], ann.said["you"]["rank"]) == (3, 15.0, 15.0, 1)
        assert (bob.said["you"]["right"], bob.said["you"]["won_game"], bob.said["you"]["rank"], bob.said["you"]["picked"]) == (1, 5.0, 2, wrong)
        await bob.until(lambda me: me.said["scores"]["of"] == 2)
        assert [(score["nickname"], score["games"]) for score in bob.said["scores"]["scores"]] == [("Ann", 15.0), ("Bob", 5.0)]


async def test_a_class_finds_the_models_text_among_those_of_people(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        desk = await set_up(teacher, "game_odd")
        own = f"t{1:g}."  # up to the end of its sentence
        assert sorted(desk["texts"]) == sorted([own, "there was a cat.", "upon a time"])
        await go(teacher, "open", "open")
        game = await sees(ann, "open")
        model = [card["text"] for card in game["cards"]].index(own)
        await ann.done("game_answer", game=game["id"], picks=[model])
        game = await go(teacher, "reveal", "revealed")
        assert [card["by_model"] for card in game["cards"]] == [place == model for place in range(3)]
        assert [card["votes"] for card in game["cards"]] == [[int(place == model)] for place in range(3)]
        bits = {card["text"]: [token["surprisal"] for token in card["tokens"]] for card in game["cards"]}
        assert bits[own] == pytest.approx([1.0, 2.0])
        assert bits["upon a time"] == pytest.approx([5.0, 2.0, 5.0])  # ids 204, 201, 204
        await ann.until(lambda me: me.said["you"]["won_game"] == 10.0)


async def test_a_run_of_the_game_is_shown_to_the_class_only_after_the_reveal(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await set_up(teacher)
        run = await first_run()
        await go(teacher, "open", "open")
        assert await teacher.refused("room_show", run=run) == "game_on"
        await ann.send("resume", run=run)
        await ann.until(lambda me: me.others and me.others[-1]["type"] == "error")
        assert ann.others[-1]["errors"][0]["code"] == "not_found"
        game = await go(teacher, "reveal", "revealed")
        assert run in [card["run"] for card in game["cards"]]
        await teacher.done("room_change", every=1)
        await teacher.done("room_show", run=run)
        assert await ann.watch() == run
        await ann.until(lambda me: len(me.tokens) == 4)


async def first_run() -> str:
    game = await Game.objects.afirst()
    assert game is not None
    return str(game.cards[0]["run"])


async def test_an_answer_that_is_none_is_refused_with_the_reason(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann, Person("eve", code) as eve, Person("bob", code) as bob:
        await ann.done("join", nickname="Ann")
        await bob.done("join", nickname="Bob")
        await set_up(teacher)
        game = teacher.said["game"]["game"]["id"]
        assert await ann.refused("game_answer", game=game, picks=[0, 1, 2]) == "no_game"  # nobody has been asked
        await go(teacher, "open", "open")
        assert await eve.refused("game_answer", game=game, picks=[0, 1, 2]) == "not_joined"
        assert await ann.refused("game_answer", game=game + 1, picks=[0, 1, 2]) == "no_game"
        assert await ann.refused("game_answer", game=game, picks=[0, 1]) == "picks_incomplete"
        assert await ann.refused("game_answer", game=game, picks=[0, 1, 3]) == "not_offered"
        assert await ann.refused("game_answer", game=game, picks=[0, 1, -1]) == "not_offered"
        assert await ann.refused("game_answer", game=game, picks=[0, 1, 1]) == "picked_twice"
        await ann.done("game_answer", game=game, picks=[0, 1, 2])
        assert await ann.refused("game_answer", game=game, picks=[2, 1, 0]) == "voted_already"
        await teacher.until(lambda me: len(me.said["roster"]["seats"]) == 2)
        away = next(seat["participant"] for seat in teacher.said["roster"]["seats"] if seat["nickname"] == "Ann")
        await teacher.done("room_remove", participant=away)
        await teacher.until(lambda me: me.said["game_desk"]["votes"] == 0)  # who is removed does not count
        assert await ann.refused("game_answer", game=game, picks=[0, 1, 2]) == "removed"
        await go(teacher, "close", "closed")
        assert await bob.refused("game_answer", game=game, picks=[0, 1, 2]) == "vote_late"


async def test_a_student_does_nothing_of_the_teachers_in_a_game(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await set_up(teacher)
        game = teacher.said["game"]["game"]["id"]
        for what in ("open", "close", "reveal", "end"):
            assert await ann.refused("game_go", game=game, what=what) == "not_teacher"
        assert await ann.refused("game_match", **MATCH) == "not_teacher"
        assert await ann.refused("game_odd", **ODD) == "not_teacher"
        assert teacher.said["game"]["game"]["state"] == "ready"


@pytest.mark.parametrize(
    ("kind", "fields", "code_", "field"),
    [
        ("game_match", {"values": [0.5]}, "game_outputs", "values"), ("game_match", {"values": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}, "game_outputs", "values"),
        ("game_match", {"values": [0.5, 0.2, 0.5]}, "setting_twice", "values"), ("game_match", {"values": [0, 1, 0]}, "setting_twice", "values"),
        ("game_match", {"values": [0.5, -1]}, "greater_than_equal", "values"),
        ("game_match", {"values": [0.5, 1.5], "setting": "top_k"}, "int_type", "values"), ("game_match", {"setting": "seed"}, "literal_error", "setting"),
        ("game_match", {"spec": asked(max_tokens=121)}, "less_than_equal", "sampling.max_tokens"), ("game_match", {"spec": asked(n=2)}, "one_text", "sampling.n"),
        ("game_match", {"spec": {"prompt": " ", "sampling": {"max_tokens": 3}}}, "game_prompt", "prompt"),
        ("game_match", {"spec": {"prompt": "x" * 601, "sampling": {"max_tokens": 3}}}, "game_prompt", "prompt"),
        ("game_match", {"spec": {"prompt": "x", "model": "none", "sampling": {"max_tokens": 3}}}, "unknown_model", "model"),
        ("game_odd", {"texts": []}, "game_outputs", "texts"), ("game_odd", {"texts": ["a", " "]}, "game_text", "texts.1"),
        ("game_odd", {"texts": ["a", "x" * 601]}, "game_text", "texts.1"), ("game_odd", {"texts": ["a b", "a  b"]}, "text_twice", "texts.1"),
        ("game_odd", {"texts": ["a", "badword"]}, "content_filter", "texts.1"), ("game_odd", {"texts": list("abcde")}, "game_outputs", "texts"),
    ],
)  # fmt: skip
async def test_a_game_that_does_not_fit_names_the_field_and_starts_nothing(
    engine: SmallEngine, teacher: Person, kind: str, fields: dict[str, Any], code_: str, field: str
) -> None:
    await WordList.objects.acreate(name="school", entries="badword", on_prompt=True, on_output=True)
    async with teacher:
        answer = await teacher.do(kind, **{**(MATCH if kind == "game_match" else ODD), **fields})
        assert [(error["code"], error["field"]) for error in answer["errors"]] == [(code_, field)]
    assert not await Game.objects.aexists()
    assert not await Run.objects.aexists()


@pytest.mark.parametrize(("values", "fault"), [([0.5, 1.25], "text_empty"), ([0.5, 1.5], "bad_logits")])
async def test_a_model_that_fails_in_mid_game_is_told_and_the_lecture_goes_on(engine: SmallEngine, teacher: Person, code: str, values: list[float], fault: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        desk = await set_up(teacher, "game_match", **{**MATCH, "values": values})
        assert (desk["fault"], desk["texts"]) == (fault, [])
        assert (await sees(ann, "failed"))["cards"] == []
        assert await teacher.refused("game_go", game=desk["game"], what="open") == "game_state"
        again = await set_up(teacher)
        assert (again["fault"], len(again["texts"])) == (None, 3)


async def test_texts_that_are_all_the_same_are_no_game(engine: SmallEngine, teacher: Person) -> None:
    async with teacher:
        desk = await set_up(teacher, "game_match", **{**MATCH, "setting": "top_p", "values": [0.5, 0.9]})
        assert desk["fault"] == "texts_alike"


async def test_one_thing_at_a_time(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await set_up(teacher)
        assert await teacher.refused("game_odd", **ODD) == "game_on"
        await go(teacher, "open", "open")
        assert await teacher.refused("game_go", game=teacher.said["game"]["game"]["id"], what="open") == "game_state"
        await sees(ann, "open")
        assert await ann.refused("start", spec={"prompt": "x", "sampling": {"max_tokens": 1}}) == "voting"
        await go(teacher, "end")
        assert not await Game.objects.aexists()  # void: nobody was told the truth
        await ann.until(lambda me: me.said["game"]["game"] is None)
        await ann.run(tokens=1)


async def test_a_game_that_is_still_written_can_be_put_away(engine: SmallEngine, teacher: Person) -> None:
    async with teacher:
        await teacher.done("game_match", **{**MATCH, "values": [0.5, 1.75]})
        await sees(teacher, "making")
        await go(teacher, "end")
        await set_up(teacher)
        stuck = engine.handles[1]
        assert stuck.cancelled.wait(20)


async def test_who_comes_late_or_comes_back_is_in_the_game_at_once(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        async with teacher:
            await set_up(teacher)
            game = (await go(teacher, "open", "open"))["id"]
            await ann.done("game_answer", game=game, picks=[0, 1, 2])
        async with Person("bob", code) as bob:
            await bob.until(lambda me: "scores" in me.said)
            await bob.refused("join", nickname="")
            assert "game" not in bob.said  # a guest sees nothing of it
            await bob.done("join", nickname="Bob")
            assert len((await sees(bob, "open"))["cards"]) == 3
            await bob.done("game_answer", game=game, picks=[2, 1, 0])
        async with Person("ann", code) as again, Person("teacher", code) as back:
            await again.until(lambda me: me.said.get("you", {}).get("picked") == [0, 1, 2])
            await back.until(lambda me: desk_of(me).get("votes") == 2)
            await back.until(lambda me: me.said.get("game"))
            await go(back, "reveal", "revealed")


async def test_a_game_that_a_server_left_unfinished_is_finished_by_the_next(engine: SmallEngine, teacher: Person, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(game: int) -> None:
        """The process died over it."""

    with monkeypatch.context() as during:
        during.setattr("playground.classroom.game_making.make", gone)
        async with teacher:
            await teacher.done("game_match", **MATCH)
            await sees(teacher, "making")
    async with Person("teacher", code) as again:
        await sees(again, "ready")


async def test_scores_that_are_switched_off_stay_off_in_games(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await teacher.done("room_change", scored=False)
        await set_up(teacher, "game_odd")
        game = (await go(teacher, "open", "open"))["id"]
        await ann.done("game_answer", game=game, picks=[0])
        await go(teacher, "reveal", "revealed")
        await ann.until(lambda me: me.said["you"]["right"] is not None)
        assert (ann.said["you"]["won_game"], ann.said["you"]["games"], ann.said["you"]["rank"], ann.said["scores"]["scores"]) == (None, 0.0, None, [])
