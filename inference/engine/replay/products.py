"""Matrix products with the same input (queries, keys and values; gate and up) as one product. Knows nothing else of a model."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import torch
import torch.nn.functional as F

from inference.engine.replay.tape import Call, Constant, Result, Tape, with_before

_MOST_ROWS = 2**15  # of one weight: a product this wide gains nothing


def joined(tape: Tape) -> Tape:
    """Products of one input with several weights are made at once, and cut.

    The weights come to lie side by side in one tensor, of which each becomes a part, so that nothing is held twice.
    """
    calls = dict(tape.calls)
    new: dict[int, list[tuple[int, Call]]] = {}
    for numbers in _groups(tape):
        if not all(_can_be_joined(tape.calls[one]) for one in numbers):
            continue  # layers that share weights: these have been joined for an earlier one
        number = max(calls) + 1 + len(new)
        new[numbers[0]] = [(number, _product([tape.calls[one] for one in numbers]))]
        start = 0
        for one in numbers:
            width = _weight(calls[one]).shape[0]
            calls[one] = Call(torch.Tensor.narrow, (Result(number), -1, start, width), {})
            start += width
    return with_before(tape, calls, new)


def _groups(tape: Tape) -> list[list[int]]:
    """Numbers of the products that can be made at once."""
    groups: defaultdict[Any, list[int]] = defaultdict(list)
    for number, call in tape.calls.items():
        if call.function is F.linear and _can_be_joined(call):
            x, _, *bias = call.arguments
            groups[x, bool(bias and bias[0])].append(number)
    return [numbers for numbers in groups.values() if len(numbers) > 1]


def _can_be_joined(call: Call) -> bool:
    """Whether its weight lies column by column, so that columns of several can lie side by side. A quantized one is of another type."""
    if call.options or not isinstance(call.arguments[1], Constant) or type(_weight(call)) is not torch.nn.Parameter:
        return False
    weight = _weight(call)
    return weight.shape[0] <= _MOST_ROWS and weight.t().is_contiguous() and not weight.is_contiguous()


def _weight(call: Call) -> torch.Tensor:
    weight: torch.Tensor = call.arguments[1].tensor
    return weight


def _product(calls: list[Call]) -> Call:
    """One call for all of ``calls``, whose weights become views of the new one."""
    weights = [_weight(call) for call in calls]
    together = torch.cat([weight.detach().t() for weight in weights], dim=1)  # (K, sum of N)
    for weight, part in zip(weights, together.split([len(weight) for weight in weights], dim=1), strict=True):
        weight.data = part.t()
    x, _, *bias = calls[0].arguments
    biases = Constant(torch.cat([call.arguments[2].tensor.detach() for call in calls])) if bias and bias[0] else None
    return Call(F.linear, (x, Constant(together.t()), biases), {})
