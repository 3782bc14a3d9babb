"""Computes what a lesson claims, on the bundled model: runs by the playground's own engine, all numbers by transformers alone."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Self

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference import Engine, RunSpec, SamplingParams, Watch
from inference.bundled import MAIN
from inference.events import Event, Token
from playground.classroom.lessons.claims import AnyClaim, Claim, Contains, Cut, Kept, Lens, Likely, Looks, Says, Spread
from playground.classroom.lessons.shape import Step
from tests.inference.engine.runs import text, tokens


class Bench:
    def __init__(self) -> None:
        torch.set_num_threads(1)
        self.tokenizer = AutoTokenizer.from_pretrained(MAIN)
        self.model = AutoModelForCausalLM.from_pretrained(MAIN, attn_implementation="eager", dtype=torch.float32).eval()
        self.engine = Engine.load(MAIN, dtype="float32")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    def wrong(self, step: Step, claim: AnyClaim) -> str | None:
        """What is the case instead; ``None``: the claim holds."""
        match claim:
            case Says():
                said = text(self.run(step, claim))
                return None if (said == claim.text if claim.whole else said.startswith(claim.text)) else f"says {said!r}"
            case Contains():
                times = text(self.run(step, claim)).count(claim.text)
                return None if within(times, claim.times) else f"{times} times in {text(self.run(step, claim))!r}"
            case Cut():
                pieces = self.pieces(claim.prompt or step.prompt)
                return None if (list(claim.pieces) == pieces if claim.pieces else claim.count == len(pieces)) else f"cut into {pieces}"
            case Likely():
                return self.unlikely(self.logits(step, claim, claim.at), claim)
            case Spread():
                p = torch.softmax(self.logits(step, claim, claim.at) / claim.temperature, 0)
                bits = -(p * p.clamp_min(1e-300).log2()).sum().item()
                return None if within(bits, claim.bits) else f"{bits:.3f} bits"
            case Kept():
                kept = {stage.name: stage.kept for stage in self.token(step, claim, claim.at).trace.stages}  # type: ignore[union-attr]
                return None if kept.get(claim.stage) == claim.count else f"kept {kept}"
            case Looks():
                return self.elsewhere(step, claim)
            case Lens():
                first = self.tokenizer.decode([int(self.lens(step, claim).argmax())])
                return None if (first == claim.piece) is claim.first else f"first is {first!r}"

    def unlikely(self, logits: Any, claim: Likely) -> str | None:
        p = torch.softmax(logits / claim.temperature, 0)
        first = int(p.argmax())
        found = [id for id in range(len(p)) if self.piece(id) == claim.piece and (not claim.first or id == first)]
        told = f"first {self.piece(first)!r} {p[first]:.4f}; " + ", ".join(f"{p[id]:.4f}" for id in found)
        return None if any(within(p[id].item(), claim.p) for id in found) else told

    def elsewhere(self, step: Step, claim: Looks) -> str | None:
        ids = self.before(step, claim, claim.at)
        row = self.forward(tuple(ids)).attentions[claim.layer][0, claim.head, -1]  # (T,)
        piece = self.piece(ids[claim.to])
        found = piece == claim.piece and within(row[claim.to].item(), claim.weight)
        return None if found else f"{piece!r} has {row[claim.to]:.3f}; the most is {self.piece(ids[int(row.argmax())])!r} at {int(row.argmax())}"

    def lens(self, step: Step, claim: Lens) -> Any:
        hidden = self.forward(tuple(self.before(step, claim, claim.at))).hidden_states
        state = hidden[claim.layers][0, -1]
        return self.model.lm_head(state if claim.layers == len(hidden) - 1 else self.model.model.norm(state))

    def logits(self, step: Step, claim: Claim, at: int) -> Any:
        return self.forward(tuple(self.before(step, claim, at))).logits[0, -1].double()  # (V,)

    def before(self, step: Step, claim: Claim, at: int) -> list[int]:
        """The ids of the prompt and of the output before token ``at``."""
        out = [token.id for token in tokens(self.run(step, claim))[:at]] if at else []
        assert len(out) == at, "the run has no such token"
        return [*self.tokenizer(claim.prompt or step.prompt)["input_ids"], *out]

    def token(self, step: Step, claim: Claim, at: int) -> Token:
        return tokens(self.run(step, claim))[at]

    def run(self, step: Step, claim: Claim) -> list[Event]:
        return self._run(claim.prompt or step.prompt, json.dumps({**step.sampling, **claim.sampling}))

    def tokens(self, step: Step) -> list[Token]:
        """What the step's own run says."""
        return tokens(self.run(step, Claim()))

    def pieces(self, prompt: str) -> list[str]:
        """Without the token that begins every text."""
        ids = self.tokenizer(prompt)["input_ids"]
        assert ids[0] == self.tokenizer.eos_token_id
        return [self.piece(id) for id in ids[1:]]

    def piece(self, id: int) -> str:
        return str(self.tokenizer.decode([id]))

    @cache
    def _run(self, prompt: str, sampling: str) -> list[Event]:
        spec = RunSpec(prompt=prompt, sampling=SamplingParams.model_validate_json(sampling), watch=Watch(top_n=8, attention="off"))
        return list(self.engine.submit(spec))

    @cache
    def forward(self, ids: tuple[int, ...]) -> Any:
        with torch.no_grad():
            return self.model(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)


def within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
