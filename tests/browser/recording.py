"""A made-up run, packed by the real encoder, and the schema of the settings: what the page's unit tests use. ``python -m tests.browser.recording`` prints it.

The numbers are consistent (columns add up, the dice fall where they say) but no model is behind them; the browser tests run one.
"""

from __future__ import annotations

import base64
import json

import numpy as np
from numpy.typing import NDArray

from inference.events import (
    Attention,
    Block,
    Dice,
    Event,
    Finished,
    Loading,
    Memory,
    ModelInfo,
    Prefilled,
    StageInfo,
    StageTrace,
    Started,
    Timing,
    Token,
    Trace,
    Usage,
    encode,
)
from inference.spec import SamplingParams

RUN = "a-made-up-run"
LAYERS, HEADS, VOCABULARY, SHOWN = 4, 4, 512, 24
TEMPERATURE, TOP_K, TOP_P, MIN_P = 0.8, 40, 0.9, 0.05
WORDS = ["", "a", "the", "fox", "ran", "to", "river", "and", "found", "small", "red", "ball", ".", ",", "she", "he", "was", "very", "happy", "\n", "狐", "狸", "said", "hello", "sun", "tree"]
PROMPT = [b"Once", b" upon", b" a", b" time", b",", b" there", b" was"]

Floats = NDArray[np.float64]


def piece(token: int) -> bytes:
    """Words, digits, and for every eighth token a part of a character."""
    if token % 8 == 7:
        return [b"\xe6\xb3", b"\x95", b"\n", b"\xf0\x9f\xa6"][token // 8 % 4]
    return (" " + WORDS[token % len(WORDS)] + (str(token // 64) if token > 64 else "")).encode()


def events(steps: int = 40, seed: int = 7) -> list[Event]:
    """A whole run of ``steps`` tokens."""
    random = np.random.default_rng(seed)
    tokens = [_token(random, step) for step in range(steps)]
    return [Loading("tiny", 0.5), _started(seed), Prefilled(len(PROMPT), 0, [len(PROMPT)], 6.2), *tokens, _finished(steps)]


def _started(seed: int) -> Started:
    info = ModelInfo("tiny", VOCABULARY, LAYERS, HEADS, 512, "float32", "cpu", 5_200_000, 10_400_000, 2048, True, [0])
    order = ["logit_bias", "repetition_penalty", "presence_penalty", "temperature", "top_k", "top_p", "min_p"]
    active: dict[str, dict[str, float]] = {"temperature": {"temperature": TEMPERATURE}, "top_k": {"top_k": TOP_K}, "top_p": {"top_p": TOP_P}, "min_p": {"min_p": MIN_P}}
    stages = [StageInfo(name, name in active, active.get(name, {})) for name in order]
    return Started(info, seed, stages, list(range(len(PROMPT))), PROMPT, 1.4, 0.3)


def _token(random: np.random.Generator, step: int) -> Token:
    logits = random.normal(0, 2.2, VOCABULARY) + np.where(np.arange(VOCABULARY) == step % VOCABULARY, random.uniform(0, 8), 0)
    columns = _columns(logits)
    final = _softmax(columns[-1][1])
    order = np.lexsort((np.arange(VOCABULARY), -final))
    u = float(random.random())
    cumulative = np.cumsum(final[order])
    position = int(np.searchsorted(cumulative, u, side="right"))
    dice = Dice(False, u, position, float(cumulative[position] - final[order[position]]), float(cumulative[position]))
    chosen = int(order[position])
    raw = _softmax(logits)
    return Token(
        step, chosen, piece(chosen), piece(chosen).decode(errors="ignore"), float(np.log(final[chosen])), float(np.log(raw[chosen])),
        int((raw > raw[chosen]).sum()) + 1, _entropy(raw), 12.0 + 9.5 * step + float(random.uniform(0, 2)), 4.1 + float(random.uniform(0, 1)),
        0.9, 1, len(PROMPT) + step, _trace(columns, order, dice, chosen), _attention(random, len(PROMPT) + step),
    )  # fmt: skip


def _columns(logits: Floats) -> list[tuple[str, Floats, dict[str, float]]]:
    """(name, scores, numbers) of the raw logits and each active stage."""
    columns: list[tuple[str, Floats, dict[str, float]]] = [("logits", logits, {})]
    scaled = logits / TEMPERATURE
    columns.append(("temperature", scaled, {"temperature": TEMPERATURE}))
    kth = float(np.sort(scaled)[-TOP_K])
    scaled = np.where(scaled >= kth, scaled, -np.inf)
    columns.append(("top_k", scaled, {"top_k": float(TOP_K), "threshold": kth}))
    scaled = np.where(_mass_before(scaled) < TOP_P, scaled, -np.inf)
    columns.append(("top_p", scaled, {"top_p": TOP_P}))
    p = _softmax(scaled)
    columns.append(("min_p", np.where(p >= MIN_P * p.max(), scaled, -np.inf), {"min_p": MIN_P, "max_p": float(p.max()), "threshold": MIN_P * float(p.max())}))
    return columns


def _trace(columns: list[tuple[str, Floats, dict[str, float]]], order: NDArray[np.intp], dice: Dice, chosen: int) -> Trace:
    raw = columns[0][1]
    shown = list(dict.fromkeys([*np.argsort(-raw)[:SHOWN].tolist(), *order[: SHOWN // 4].tolist(), chosen]))
    scores = np.stack([column[1][shown] for column in columns])
    removed = [next((s for s in range(len(columns)) if not np.isfinite(scores[s, k])), -1) for k in range(len(shown))]
    values = [_removed_value(columns, s, token) for s, token in zip(removed, shown, strict=True)]
    stages = [_stage(columns, s, shown) for s in range(len(columns))]
    ranks = np.stack([_ranks(column[1])[shown] for column in columns])
    return Trace([int(t) for t in shown], [piece(t) for t in shown], stages, Block.of(scores, "f4"), Block.of(ranks, "i4"),
                 Block.of(np.array(removed), "i1"), Block.of(np.array(values), "f4"), dice)  # fmt: skip


def _stage(columns: list[tuple[str, Floats, dict[str, float]]], index: int, shown: list[int]) -> StageTrace:
    name, scores, numbers = columns[index]
    p = _softmax(scores)
    before = _softmax(columns[index - 1][1]) if index else p
    hidden = np.ones(VOCABULARY, bool)
    hidden[shown] = False
    removed = float(before[~np.isfinite(scores)].sum()) if index else 0.0
    logsumexp = float(np.log(np.exp(scores).sum()))
    return StageTrace(name, int(np.isfinite(scores).sum()), removed, _entropy(p), logsumexp, int((hidden & (p > 0)).sum()), float(p[hidden].sum()), numbers)


def _removed_value(columns: list[tuple[str, Floats, dict[str, float]]], stage: int, token: int) -> float:
    if stage < 0:
        return float("nan")
    before, name = columns[stage - 1][1], columns[stage][0]
    return float({"top_k": _ranks(before), "top_p": _mass_before(before), "min_p": _softmax(before)}[name][token])


def _attention(random: np.random.Generator, length: int) -> Attention:
    """Every head of every layer and its mean; one head looks back at the same distance, as an induction head would."""
    index, rows = [], []
    for layer in range(LAYERS):
        heads = random.dirichlet(np.full(length, 0.25), HEADS) * 0.6
        heads[:, 0] += 0.25
        heads[np.arange(HEADS), np.maximum(0, length - 1 - np.arange(HEADS) * (layer + 1))] += 0.15
        rows += [heads.mean(0), *heads]
        index += [(layer, head) for head in range(-1, HEADS)]
    values = np.stack(rows)
    quantised = np.round(values / values.max(1, keepdims=True) * 255)
    return Attention(Block.of(np.array(index), "i2"), Block.of(quantised, "u1"), Block.of(1 / quantised.sum(1), "f4"))


def _finished(steps: int) -> Finished:
    timing = Timing(1.4, 0.3, 6.2, 12.4, 9.5 * steps, 9.5, 11.2, 104.0)
    return Finished("length", None, "", None, Usage(len(PROMPT), steps, 0), timing, Memory(10_400_000, 96_256, 8_388_608, 512_000_000))


def _softmax(scores: Floats) -> Floats:
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum())


def _entropy(p: Floats) -> float:
    kept = p[p > 0]
    return float(-(kept * np.log(kept)).sum())


def _ranks(scores: Floats) -> NDArray[np.int64]:
    order = np.lexsort((np.arange(len(scores)), -scores))
    ranks = np.zeros(len(scores), np.int64)
    ranks[order] = np.arange(1, len(scores) + 1)
    return np.where(np.isfinite(scores), ranks, 0)


def _mass_before(scores: Floats) -> Floats:
    p = _softmax(scores)
    order = np.lexsort((np.arange(len(p)), -p))
    before = np.zeros(len(p))
    before[order] = np.concatenate([[0.0], np.cumsum(p[order])[:-1]])
    return before


if __name__ == "__main__":
    frames = [encode(event, RUN, seq) for seq, event in enumerate(events(), start=1)]
    schema = SamplingParams.model_json_schema()
    print(json.dumps({"run": RUN, "frames": [base64.b64encode(frame).decode() for frame in frames], "schema": schema}))
