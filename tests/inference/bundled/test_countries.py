"""The table of countries: complete, without doubles, in the right characters."""

from collections import Counter

from inference.bundled.text.countries import COUNTRIES, Country, in_sentence
from inference.bundled.text.script import simplify


def by_name(name: str) -> Country:
    return next(country for country in COUNTRIES if country.name == name)


def test_there_are_197_countries() -> None:
    assert len(COUNTRIES) == 197


def test_every_country_has_all_its_names() -> None:
    for country in COUNTRIES:
        assert all(word.strip() == word and word for word in vars(country).values())


def test_no_country_stands_twice() -> None:
    for field in ("name", "hant", "hans", "capital"):
        assert max(Counter(getattr(country, field) for country in COUNTRIES).values()) == 1


def test_only_two_capitals_share_a_chinese_name() -> None:
    traditional = Counter(country.hant_capital for country in COUNTRIES)
    simplified = Counter(country.hans_capital for country in COUNTRIES)
    assert [name for name, count in traditional.items() if count > 1] == ["達卡"]
    assert [name for name, count in simplified.items() if count > 1] == ["金斯敦"]


def test_simplified_names_hold_no_traditional_character() -> None:
    for country in COUNTRIES:
        assert simplify(country.hans) == country.hans
        assert simplify(country.hans_capital) == country.hans_capital


def test_names_that_differ_between_the_scripts_are_kept_apart() -> None:
    assert by_name("Italy").hant == "義大利"
    assert by_name("Italy").hans == "意大利"
    assert by_name("France").hans_capital == "巴黎"


def test_articles_stand_where_english_wants_them() -> None:
    assert in_sentence(by_name("Netherlands")) == "the Netherlands"
    assert in_sentence(by_name("The Gambia")) == "the Gambia"
    assert in_sentence(by_name("France")) == "France"
