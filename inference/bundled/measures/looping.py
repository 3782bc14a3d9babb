"""Does greedy decoding run in circles, and do the penalties cure it?"""

from inference import Engine, RunSpec, SamplingParams, Watch
from inference.bundled.measures.subject import Ids, Subject
from inference.events import Token

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
SETTINGS = {
    "plain greedy": SamplingParams(temperature=0.0, max_tokens=TOKENS),
    "repetition_penalty 1.3": SamplingParams(temperature=0.0, max_tokens=TOKENS, repetition_penalty=1.3),
    "frequency_penalty 0.5": SamplingParams(temperature=0.0, max_tokens=TOKENS, frequency_penalty=0.5),
}


def loop_rates(subject: Subject) -> dict[str, float]:
    """Share of the open-ended prompts that end in a loop, per setting. Decoded by the playground's own engine, as a person sees it."""
    with Engine.load(subject.folder, dtype="float32") as engine:
        return {name: _rate(engine, sampling) for name, sampling in SETTINGS.items()}


def _rate(engine: Engine, sampling: SamplingParams) -> float:
    watch = Watch(top_n=0, attention="off")
    handles = [engine.submit(RunSpec(prompt=prompt, sampling=sampling, watch=watch)) for prompt in PROMPTS]
    texts = [[event.id for event in handle if isinstance(event, Token)] for handle in handles]
    return sum(map(loops, texts)) / len(texts)


def loops(tokens: Ids, longest: int = 20, times: int = 3) -> bool:
    """Whether the text ends in one phrase of at most `longest` tokens said `times` times or more in a row."""
    return any(
        len(tokens) >= period * times and all(tokens[-1 - i] == tokens[-1 - i - period] for i in range(period * (times - 1)))
        for period in range(1, longest + 1)
    )
