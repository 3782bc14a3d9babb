"""The generator of the training text: the same everywhere, split without a leak, nothing left unfilled."""

import itertools
import random
import re
from types import ModuleType

import pytest

from inference.bundled.text import capitals, facts, script, stories_en, stories_zh
from inference.bundled.text.corpus import MIX, Split, documents
from inference.bundled.text.countries import COUNTRIES
from inference.bundled.text.document import HELD_OUT_SHARE, Document, is_held_out

VOCABULARY = ["ab", " cd", "雨"]


def some(split: Split, count: int, seed: int = 3) -> list[Document]:
    return list(itertools.islice(documents(seed, split, VOCABULARY), count))


def test_the_same_seed_gives_the_same_documents() -> None:
    assert some("train", 500) == some("train", 500)


def test_another_seed_gives_other_documents() -> None:
    assert some("train", 500) != some("train", 500, seed=4)


def test_every_kind_of_the_mix_occurs_in_both_splits() -> None:
    for split in ("train", "held-out"):
        assert {document.kind for document in some(split, 4000)} == set(MIX)


def test_no_key_is_in_both_splits() -> None:
    train = {document.key for document in some("train", 8000)}
    held_out = {document.key for document in some("held-out", 2000)}
    assert not train & held_out


def test_about_the_stated_share_is_held_out() -> None:
    keys = [Document("", f"key {number}", "") for number in range(5000)]
    assert abs(sum(map(is_held_out, keys)) / 5000 - HELD_OUT_SHARE) < 0.01


def test_no_training_text_states_a_held_out_fact_in_its_wording() -> None:
    held_out = {d.text for d in some("held-out", 3000) if d.kind == "capitals-en" and d.text.count(".") == 1 and "\n" not in d.text}
    train = "\n".join(d.text for d in some("train", 20_000) if d.kind == "capitals-en")
    assert len(held_out) > 20
    assert not [text for text in held_out if re.search(rf"(^|[.\n] ?){re.escape(text)}", train)]


def test_no_slot_of_a_template_is_left_unfilled() -> None:
    assert not [document.text for document in some("train", 8000) if re.search(r"\{\w+\}|\|\s", document.text)]


@pytest.mark.parametrize("module", [stories_en, stories_zh])
def test_every_wording_of_every_plot_can_be_filled(module: ModuleType) -> None:
    rng = random.Random(1)
    for plot in module.SHELF.plots:
        cast = module.draw_cast(rng, plot)
        for wording in itertools.chain(*plot.beats):
            assert "{" not in wording.format(**cast)


def test_stories_differ_from_each_other() -> None:
    texts = [d.text for d in some("train", 6000) if d.kind == "stories-en"]
    assert len(set(texts)) == len(texts)


def test_every_country_is_asked_for_equally_often() -> None:
    prompts = list(capitals.prompts("zh-hant"))
    assert len(prompts) % len(COUNTRIES) == 0
    assert ("法國的首都是", "巴黎。") in prompts


def test_an_answer_continues_its_prompt_to_the_sentence() -> None:
    assert ("The opposite of hot is", " cold.") in list(facts.prompts("en"))
    assert ("What is the opposite of hot?", " Cold.") in list(facts.prompts("en"))


def test_traditional_text_becomes_simplified() -> None:
    assert script.simplify("從前有一個女孩，她養了一隻烏龜。") == "从前有一个女孩，她养了一只乌龟。"


def test_simplified_text_is_left_as_it_is() -> None:
    simplified = [d.text for d in some("train", 6000) if d.kind.endswith("hans")]
    assert [script.simplify(text) for text in simplified] == simplified
