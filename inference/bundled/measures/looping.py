"""Does greedy decoding run in circles, and do the penalties cure it?"""

from inference.bundled.measures.subject import Ids, Subject

TOKENS = 160
PROMPTS = (
    "Dice: 3",
    "Dice:",
    "Dice: 5 1 4",
    "Coin: heads",
    "Coin: tails tails",
    "The drum goes boom",
    "The drum goes tap clap",
    "The drum goes",
    "In the big bag there is",
    "In the big bag there is a cup, a key",
    "Sing: la",
    "Sing: do re mi",
    "Sing:",
    "and and and",
    "red blue red blue",
    "好好好",
)
CURES: dict[str, dict[str, float]] = {
    "plain greedy": {},
    "repetition_penalty 1.3": {"repetition_penalty": 1.3},
    "no_repeat_ngram_size 3": {"no_repeat_ngram_size": 3},
}


def loop_rates(subject: Subject) -> dict[str, float]:
    """Share of the open-ended prompts that end in a loop, per setting."""
    rates = {}
    for name, settings in CURES.items():
        rows = subject.greedy(list(PROMPTS), TOKENS, **settings)
        rates[name] = sum(map(loops, rows)) / len(rows)
    return rates


def loops(tokens: Ids, longest: int = 20, times: int = 3) -> bool:
    """Whether the text ends in one phrase of at most `longest` tokens said `times` times or more in a row."""
    return any(
        len(tokens) >= period * times and all(tokens[-1 - i] == tokens[-1 - i - period] for i in range(period * (times - 1)))
        for period in range(1, longest + 1)
    )
