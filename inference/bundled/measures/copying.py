"""Does it copy what it has never seen? Random tokens said twice; and which heads do it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from inference.bundled.measures.subject import Subject
from inference.bundled.tokenizer import SPECIAL


@dataclass(frozen=True)
class Induction:
    """accuracy: share of the second half predicted right; losses in nats; heads: prefix-matching score (L, H)."""

    accuracy: float
    first_loss: float
    second_loss: float
    heads: Tensor


def repeated(count: int, length: int, vocabulary: int, seed: int = 0) -> Tensor:
    """Rows of: end-of-text, `length` random tokens, the same tokens again.  -> (count, 1 + 2 * length)"""
    generator = torch.Generator().manual_seed(seed)
    part = torch.randint(len(SPECIAL), vocabulary, (count, length), generator=generator)
    return torch.cat([torch.zeros(count, 1, dtype=torch.long), part, part], dim=1)


def induction(subject: Subject, count: int = 64, length: int = 50) -> Induction:
    """Scores the copying of random sequences (Olsson et al. 2022, "In-context learning and induction heads").

    A head's prefix-matching score is the mean attention from a token of the second half to the token that
    followed its first occurrence.
    """
    rows = repeated(count, length, len(subject.tokenizer))
    subject.model.set_attn_implementation("eager")
    with torch.inference_mode():
        out = subject.model(rows, use_cache=False, output_attentions=True)
    subject.model.set_attn_implementation("sdpa")
    losses = torch.nn.functional.cross_entropy(out.logits[:, :-1].mT, rows[:, 1:], reduction="none")  # (B, T-1)
    right = (out.logits[:, :-1].argmax(-1) == rows[:, 1:]).float()
    heads = torch.stack([_prefix_matching(weights, length) for weights in out.attentions])
    second = slice(length + 1, None)  # its first token cannot be known
    return Induction(right[:, second].mean().item(), losses[:, :length].mean().item(), losses[:, second].mean().item(), heads)


def _prefix_matching(weights: Tensor, length: int) -> Tensor:
    """Mean attention from the second half to the successor of the same token.  (B, H, T, T) -> (H,)"""
    queries = torch.arange(length + 1, 2 * length)
    return weights[:, :, queries, queries - length + 1].mean(dim=(0, 2))
