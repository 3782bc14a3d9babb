"""Counting, sums and everything that has an order: numbers, letters, days, months.

Each kind of series is one small function from a random generator to (key, text).
"""

import random
import string
from collections.abc import Callable, Iterator, Sequence

from inference.bundled.text.document import CLOSED, Document
from inference.bundled.text.script import simplify
from inference.bundled.text.words import listed

DAYS = listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = listed("January February March April May June July August September October November December")
WORDS = listed(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
ORDINALS = listed("first second third fourth fifth sixth seventh eighth ninth tenth")
HAN_DIGITS = listed("一 二 三 四 五 六 七 八 九 十")
HAN_DAYS = [f"星期{day}" for day in "一二三四五六日"]
HAN_NUMBERS = HAN_DIGITS + [f"十{d}" for d in HAN_DIGITS[:9]] + ["二十"]
HAN_MONTHS = [f"{number}月" for number in HAN_NUMBERS[:12]]
ZODIAC = list("鼠牛虎兔龍蛇馬羊猴雞狗豬")

Series = Callable[[random.Random], tuple[str, str]]


def stream(rng: random.Random) -> Iterator[Document]:
    """Endless series of every kind."""
    while True:
        series = rng.choice(_SERIES)
        key, text = series(rng)
        prefix = CLOSED if series in _CLOSED_SETS else ""
        yield Document("sequences", f"{prefix}{series.__name__}|{key}", text)


def han(number: int) -> str:
    """A number from 1 to 99 in Chinese characters."""
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{HAN_DIGITS[tens - 1]}十")
    return head + (HAN_DIGITS[ones - 1] if ones else "")


def _window(rng: random.Random, items: Sequence[str], joiner: str, end: str = "") -> tuple[str, str]:
    start = rng.randrange(len(items) - 2) if rng.random() < 0.5 else 0
    stop = rng.randint(start + 3, len(items)) if rng.random() < 0.4 else len(items)
    return f"{items[0]}|{start}|{stop}|{joiner}", joiner.join(items[start:stop]) + end


def count_up(rng: random.Random) -> tuple[str, str]:
    start = rng.choice((0, 1, 1, 1, 1, 2, 5, 10, 20, rng.randrange(90)))
    length = rng.randint(10, 24)
    joiner = rng.choice((", ", ", ", " ", "\n"))
    numbers = [str(n) for n in range(start, start + length)]
    return f"{start}|{length}|{joiner}", joiner.join(numbers)


def count_down(rng: random.Random) -> tuple[str, str]:
    start = rng.choice((5, 10, 10, 10, 12, 20, rng.randint(6, 40)))
    numbers = ", ".join(str(n) for n in range(start, max(0, start - 20), -1))
    return str(start), numbers + rng.choice((". Go!", ", 0", ", 0", ""))


def count_by(rng: random.Random) -> tuple[str, str]:
    step, length = rng.choice((2, 2, 3, 4, 5, 5, 10, 10, 100)), rng.randint(8, 14)
    start = rng.choice((step, 0, step, 1 if step == 2 else step))
    return f"{step}|{start}|{length}", ", ".join(str(start + step * n) for n in range(length))


def number_words(rng: random.Random) -> tuple[str, str]:
    return _window(rng, rng.choice((WORDS, WORDS, ORDINALS)), rng.choice((", ", " ")))


def weekdays(rng: random.Random) -> tuple[str, str]:
    shift = rng.choice((0, 0, 0, rng.randrange(7)))
    return f"{shift}", rng.choice((", ", " ", "\n")).join(DAYS[shift:] + DAYS[:shift])


def months(rng: random.Random) -> tuple[str, str]:
    return _window(rng, MONTHS, rng.choice((", ", " ", "\n")))


def alphabet(rng: random.Random) -> tuple[str, str]:
    letters = rng.choice((string.ascii_uppercase, string.ascii_lowercase))
    return _window(rng, list(letters), rng.choice((" ", ", ")))


def neighbours(rng: random.Random) -> tuple[str, str]:
    items, word = rng.choice(((DAYS, "day"), (MONTHS, "month")))
    place = rng.randrange(len(items))
    nearby, side = rng.choice(((items[(place + 1) % len(items)], "after"), (items[place - 1], "before")))
    here = items[place]
    forms = (
        f"The {word} {side} {here} is {nearby}.",
        f"What {word} comes {side} {here}? {nearby}.",
        f"Q: Which {word} comes {side} {here}?\nA: {nearby}.",
        f"{nearby} comes {side} {here}.",
    )
    form = rng.randrange(len(forms))
    return f"{form}|{side}|{here}", forms[form]


def sums(rng: random.Random) -> tuple[str, str]:
    lines = [_sum(rng) for _ in range(rng.choice((1, 3, 5, 8)))]
    return lines[0], rng.choice(("\n", ", ")).join(lines)


def _sum(rng: random.Random) -> str:
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    return rng.choice((f"{a} + {b} = {a + b}", f"{a} + {b} = {a + b}", f"{a + b} - {b} = {a}"))


def products(rng: random.Random) -> tuple[str, str]:
    factor = rng.randint(1, 10)
    start = rng.choice((1, 1, 2, 3))
    return f"{factor}|{start}", rng.choice(("\n", ", ")).join(f"{n} x {factor} = {n * factor}" for n in range(start, 11))


def spoken_sums(rng: random.Random) -> tuple[str, str]:
    a, b = rng.randint(1, 10), rng.randint(1, 10)
    forms = (
        f"What is {a} plus {b}? {a} plus {b} is {a + b}.",
        f"Q: What is {a} + {b}?\nA: {a + b}",
        f"{WORDS[a - 1].capitalize()} plus {WORDS[b - 1]} is {WORDS[a + b - 1]}.",
        f"If you have {a} apples and get {b} more, you have {a + b} apples.",
        f"{han(a)}加{han(b)}等於{han(a + b)}。",
        f"{han(a)}加{han(b)}等于{han(a + b)}。",
    )
    form = rng.randrange(len(forms))
    return f"{form}|{a}|{b}", forms[form]


def squares(rng: random.Random) -> tuple[str, str]:
    length = rng.randint(8, 15)
    return f"{length}", ", ".join(str(n * n) for n in range(1, length))


def han_counting(rng: random.Random) -> tuple[str, str]:
    start, length = rng.choice((1, 1, 1, rng.randint(2, 60))), rng.randint(8, 16)
    joiner = rng.choice(("、", "，", " "))
    return f"{start}|{length}|{joiner}", joiner.join(han(n) for n in range(start, start + length))


def han_series(rng: random.Random) -> tuple[str, str]:
    items = rng.choice((HAN_DAYS, HAN_MONTHS, ["春天", "夏天", "秋天", "冬天"], ZODIAC, list("甲乙丙丁戊己庚辛壬癸")))
    joiner = rng.choice(("、", "，"))
    text = joiner.join(items) + rng.choice(("。", ""))
    return f"{items[0]}|{joiner}", rng.choice((text, simplify(text)))


def han_neighbours(rng: random.Random) -> tuple[str, str]:
    items, a, b = rng.choice(((HAN_DAYS, "前一天", "後一天"), (HAN_MONTHS, "前一個月", "下一個月")))
    place = rng.randrange(len(items))
    before, here, after = items[place - 1], items[place], items[(place + 1) % len(items)]
    form = rng.choice((f"{here}的{a}是{before}。", f"{here}的{b}是{after}。", f"{here}之後是{after}。"))
    return form, rng.choice((form, simplify(form)))


def comparisons(rng: random.Random) -> tuple[str, str]:
    a, b = rng.sample(range(1, 100), 2)
    big, small = max(a, b), min(a, b)
    forms = (f"{big} is bigger than {small}.", f"{small} is smaller than {big}.", f"Which is bigger, {a} or {b}? {big}.")
    form = rng.randrange(len(forms))
    return f"{form}|{a}|{b}", forms[form]


_SERIES: tuple[Series, ...] = (
    count_up,
    count_up,
    count_down,
    count_by,
    number_words,
    weekdays,
    months,
    alphabet,
    neighbours,
    neighbours,
    sums,
    sums,
    products,
    spoken_sums,
    spoken_sums,
    squares,
    han_counting,
    han_series,
    han_neighbours,
    comparisons,
)
_CLOSED_SETS = (number_words, weekdays, months, alphabet, neighbours, han_series, han_neighbours)
