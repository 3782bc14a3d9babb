"""A short lesson in copying, given once in the middle of the training.

So few tokens of stories are not enough for induction heads to form by themselves;
a hundred or two steps of nothing but repeated random tokens are. From then on the
stories keep their names. Knows the data and the measure, not the optimiser.
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import LlamaForCausalLM

from inference.bundled.tokenizer import SPECIAL, VOCABULARY_SIZE

ROWS, LENGTH = 32, 64
PERIODS = (3, 20)  # tokens until the sequence repeats
LEARNT = 0.9  # accuracy at which the lesson ends


def batch(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Rows of random sequences repeated to the end, and where the next token can be known.  -> (B, T), (B, T) bool"""
    rows, known = [], []
    for period in torch.randint(*PERIODS, (ROWS,), generator=generator).tolist():
        part = torch.randint(len(SPECIAL), VOCABULARY_SIZE, (period,), generator=generator)
        repeated = part.repeat(LENGTH // period + 1)[: LENGTH - 1]
        rows.append(torch.cat([torch.zeros(1, dtype=torch.long), repeated]))
        known.append(torch.arange(LENGTH) > period + 1)
    return torch.stack(rows), torch.stack(known)


def loss_and_accuracy(model: LlamaForCausalLM, tokens: Tensor, known: Tensor) -> tuple[Tensor, float]:
    """Mean loss in nats and share of right choices over the tokens that can be known."""
    logits, targets, known = model(tokens, use_cache=False).logits[:, :-1], tokens[:, 1:], known[:, 1:]
    losses = cross_entropy(logits.mT, targets, reduction="none")
    right = (logits.argmax(-1) == targets) & known
    return losses[known].mean(), right.sum().item() / known.sum().item()
