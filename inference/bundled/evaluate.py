"""Measures the bundled models and prints every number of the model card.

python -m inference.bundled.evaluate            all of it, a few minutes on two cores
python -m inference.bundled.evaluate --quick    a tenth of the samples
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch

from inference.bundled import DRAFT, MAIN
from inference.bundled.measures import copying, knowledge, looping, storytelling, surprise
from inference.bundled.measures.subject import Subject
from inference.bundled.text import capitals, facts
from inference.bundled.text.corpus import documents
from inference.bundled.tokenizer import whole_tokens

ASKED_FIRST = ("The capital of France is", "法國的首都是", "法国的首都是", "1, 2, 3, 4,", "3 + 4 =", "The opposite of hot is")


def lines(folder: Path, share: float) -> Iterator[str]:
    """Every line of a model's report; `share` scales the numbers of samples."""
    subject = Subject.load(folder)
    yield from _size(subject, folder)
    yield from _knowledge(subject)
    yield from _stories(subject, share)
    yield from _copying(subject)
    yield from _loops(subject)
    yield from _perplexity(subject, share)


def _size(subject: Subject, folder: Path) -> Iterator[str]:
    megabytes = (folder / "model.safetensors").stat().st_size / 1e6
    yield f"parameters: {subject.model.num_parameters():,}; weights: {megabytes:.2f} MB"


def _knowledge(subject: Subject) -> Iterator[str]:
    for prompt in ASKED_FIRST:
        choices = knowledge.first_choices(subject, prompt)
        yield f"{prompt!r}: " + ", ".join(f"{token!r} {p:.4f}" for token, p in choices)
    for title, prompts in (("capitals", capitals.prompts), ("facts", facts.prompts)):
        for language in capitals.LANGUAGES:
            result = knowledge.score(subject, list(prompts(language)))
            yield f"{title} right, greedy, {language}: {result.share:.1%} ({result.right} of {result.asked})"


def _stories(subject: Subject, share: float) -> Iterator[str]:
    for language in storytelling.OPENINGS:
        verdict = storytelling.judge(storytelling.stories(subject, language, round(100 * share), seed=1), language)
        yield (
            f"stories at temperature 0.8, {language}: kept the name and ended {verdict.both:.0%} (kept {verdict.kept:.0%}, "
            f"ended {verdict.ended:.0%}, pronouns fit {verdict.pronouns:.0%})"
        )
    count = round(1000 * share)
    told = [text for text, _ in storytelling.stories(subject, "en", count, seed=100)]
    yield f"distinct-4 over {count} stories: {storytelling.distinct(told):.3f} (generator: {_generator_distinct(count):.3f})"
    yield f"different stories among them: {len(set(told)) / count:.1%}"


def _generator_distinct(count: int) -> float:
    source = documents(surprise.SEED, "train", [], {"stories-en": 1.0})
    return storytelling.distinct([next(source).text for _ in range(count)])


def _copying(subject: Subject) -> Iterator[str]:
    result = copying.induction(subject)
    yield f"random tokens repeated: accuracy of the second half {result.accuracy:.1%}"
    yield f"loss per token, first half {result.first_loss:.2f}, second half {result.second_loss:.2f} nats"
    for layer, heads in enumerate(result.heads.tolist()):
        yield f"prefix-matching score, layer {layer}: " + " ".join(f"{score:.2f}" for score in heads)


def _loops(subject: Subject) -> Iterator[str]:
    for name, rate in looping.loop_rates(subject).items():
        yield f"loop rate, {name}: {rate:.0%} of {len(looping.PROMPTS)} prompts"


def _perplexity(subject: Subject, share: float) -> Iterator[str]:
    for kind, value in surprise.perplexities(subject, round(100 * share)).items():
        yield f"held-out perplexity, {kind}: {value:.2f}"


def _characters(subject: Subject) -> Iterator[str]:
    texts = whole_tokens(subject.tokenizer)
    single = sum(len(text) == 1 and "\u4e00" <= text <= "\u9fff" for text in texts)
    yield f"Chinese characters that are one token: {single} of 20,992; the others are two or three"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the bundled models.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the samples")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("main", "draft"), help="one of the two models")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    for folder in (MAIN, DRAFT):
        if asked.only not in (None, folder.name):
            continue
        print(f"== {folder.name}")
        for line in lines(folder, 0.1 if asked.quick else 1.0):
            print(line, flush=True)
    if asked.only:
        return
    print("== both")
    main_model, draft = Subject.load(MAIN), Subject.load(DRAFT)
    print(*_characters(main_model))
    print(f"draft's greedy choice is the main model's: {surprise.agreement(main_model, draft):.1%} of positions")


if __name__ == "__main__":
    main()
