"""How well does it predict text it has not seen? Held-out perplexity, and how often the draft guesses the main's choice."""

import math
from itertools import islice

import torch
from torch.nn.functional import cross_entropy

from inference.bundled.measures.subject import Ids, Subject
from inference.bundled.text.corpus import MIX, documents
from inference.bundled.tokenizer import CONTEXT, whole_tokens

SEED = 7


def held_out(subject: Subject, kind: str, count: int) -> list[Ids]:
    """Token rows of held-out documents of a kind, each between two end-of-text tokens."""
    source = documents(SEED, "held-out", whole_tokens(subject.tokenizer), {kind: 1.0})
    end = subject.tokenizer.eos_token_id
    return [[*subject.ids(document.text), end][:CONTEXT] for document in islice(source, count)]


def perplexities(subject: Subject, count: int = 100) -> dict[str, float]:
    """exp of the mean negative log-likelihood per token, by kind; the first token of a row has no prediction."""
    return {kind: math.exp(_mean_loss(subject, held_out(subject, kind, count))) for kind in MIX}


def agreement(main: Subject, draft: Subject, count: int = 40) -> float:
    """Share of positions of held-out stories at which the draft's likeliest token is the main model's."""
    same = total = 0
    for row in held_out(main, "stories-en", count):
        equal = main.logits([row]).argmax(-1) == draft.logits([row]).argmax(-1)
        same, total = same + int(equal.sum()), total + equal.numel()
    return same / total


def _mean_loss(subject: Subject, rows: list[Ids]) -> float:
    loss = 0.0
    for start in range(0, len(rows), 20):
        part = rows[start : start + 20]
        logits = subject.logits(part)
        targets = torch.full(logits.shape[:2], -100)
        for place, row in enumerate(part):
            targets[place, : len(row) - 1] = torch.tensor(row[1:])
        loss += cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()
    return loss / sum(len(row) - 1 for row in rows)
