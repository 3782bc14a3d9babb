"""Does it know its facts? Greedy decoding from every phrasing that ends in the answer."""

from dataclasses import dataclass

import torch

from inference.bundled.measures.subject import Subject, chunks


@dataclass(frozen=True)
class Score:
    """right of asked; the prompts that went wrong, for reading."""

    right: int
    asked: int
    wrong: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.right / self.asked


def score(subject: Subject, questions: list[tuple[str, str]]) -> Score:
    """How many (prompt, answer) pairs greedy decoding completes with the answer, closing punctuation left out.

    Teacher-forced: greedy decoding writes the answer exactly if every token of it is the likeliest after those before.
    """
    wrong: list[str] = []
    for group in chunks(questions):
        wrong += [prompt + answer for (prompt, answer), ok in zip(group, _right(subject, group), strict=True) if not ok]
    return Score(len(questions) - len(wrong), len(questions), tuple(wrong))


def _right(subject: Subject, group: list[tuple[str, str]]) -> list[bool]:
    starts = [len(subject.ids(prompt)) for prompt, _ in group]
    rows = [subject.ids(prompt + answer.rstrip(".。！!")) for prompt, answer in group]
    choices = subject.logits(rows).argmax(-1).tolist()
    return [choice[start - 1 : len(row) - 1] == row[start:] for start, row, choice in zip(starts, rows, choices, strict=True)]


def first_choices(subject: Subject, prompt: str, count: int = 3) -> list[tuple[str, float]]:
    """The likeliest next tokens with their probabilities."""
    logits = subject.logits([subject.ids(prompt)])[0, -1]
    top = torch.softmax(logits, -1).topk(count)
    return [
        (str(subject.tokenizer.decode([token])), probability)
        for token, probability in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    ]
