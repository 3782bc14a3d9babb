"""Trains a bundled model on the CPU and exports it as a transformers folder.

    python -m inference.bundled.train --model main --minutes 90
    python -m inference.bundled.train --model main --export-only

The budget is time, because that is what a shared machine gives: the learning
rate follows the share of the minutes that is used up (warm-up, constant, then
linear to zero over the last `DECAY`). A run resumes from its last checkpoint
and may be given more or fewer minutes when it does.
"""

import argparse
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from tqdm import tqdm
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from inference.bundled import DRAFT, MAIN, lesson
from inference.bundled import tokenizer as tokenizers
from inference.bundled.muon import Muon
from inference.bundled.packing import END, PADDING, ROW, shard
from inference.bundled.text.cast import cast_words

WORK = Path("var/train")
SHARD_ROWS = 16384
DECAY = 0.4  # share of the budget over which the learning rate falls to zero
WARM_UP_STEPS = 60
SAVE_EVERY = 100  # steps
CAST_WEIGHT = 6.0
LESSON_AT, LESSON_LIMIT = 750, 400  # the step before which copying is taught, and the most steps that it takes


@dataclass(frozen=True)
class Recipe:
    """A model's shape and how it is trained; `batch` in rows of `ROW` tokens."""

    folder: Path
    width: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    batch: int
    matrix_rate: float
    vector_rate: float
    first_shard: int
    lesson: bool  # whether copying is taught; the draft is too small to learn it


RECIPES = {
    "main": Recipe(MAIN, 256, 4, 8, 4, 704, 16, 0.02, 3e-3, 1, True),
    "draft": Recipe(DRAFT, 96, 2, 4, 2, 256, 16, 0.02, 5e-3, 1001, False),
}


def build(recipe: Recipe) -> LlamaForCausalLM:
    """The untrained model, weights drawn from seed 0."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=tokenizers.VOCABULARY_SIZE,
        hidden_size=recipe.width,
        intermediate_size=recipe.inner,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.kv_heads,
        max_position_embeddings=tokenizers.CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=END,
        eos_token_id=END,
        pad_token_id=PADDING,
    )
    return LlamaForCausalLM(config)


class Training:
    """One run: model, optimisers, where it stands, and how it goes on."""

    def __init__(self, recipe: Recipe, work: Path, compiled: bool = False) -> None:
        self.recipe, self.work = recipe, work
        self._loss = torch.compile(next_token_loss, dynamic=False) if compiled else next_token_loss
        self.work.mkdir(parents=True, exist_ok=True)
        self.model = build(recipe)
        self.step, self.seconds = 0, 0.0
        self._tokenizer = tokenizers.load(MAIN)
        self._weights = token_weights(self._tokenizer)
        self._optimizers = self._make_optimizers()
        self._rates = [o.param_groups[0]["lr"] for o in self._optimizers]

    def run(self, minutes: float) -> None:
        """Trains until the budget is used up or the process is told to end; saves as it goes."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped; the checkpoint is written"))
        try:
            self._loop(minutes)
        finally:
            self.save()

    def _loop(self, minutes: float) -> None:
        bar = tqdm(total=round(minutes * 60), initial=round(self.seconds), unit="s", mininterval=5)
        while (progress := self.seconds / (minutes * 60)) < 1:
            start = time.monotonic()
            if self.recipe.lesson and self.step == LESSON_AT:
                self._teach_copying(progress)
            loss = self._train_step(progress)
            spent = time.monotonic() - start
            self.step, self.seconds = self.step + 1, self.seconds + spent
            bar.update(round(self.seconds) - bar.n)
            bar.set_postfix(step=self.step, loss=f"{loss:.3f}", tokens_per_s=round(self.recipe.batch * ROW / spent))
            if self.step % SAVE_EVERY == 0:
                self.save()
        bar.close()

    def save(self) -> None:
        """Writes the checkpoint aside and renames it, so that a kill leaves the old one."""
        state = {"model": self.model.state_dict(), "step": self.step, "seconds": self.seconds}
        state["optimizers"] = [optimizer.state_dict() for optimizer in self._optimizers]
        part = self.work / "checkpoint.part"
        torch.save(state, part)
        part.rename(self.work / "checkpoint.pt")

    def resume(self) -> None:
        """Takes up the last checkpoint, if there is one."""
        path = self.work / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds = state["step"], state["seconds"]

    def _make_optimizers(self) -> list[torch.optim.Optimizer]:
        named = dict(self.model.named_parameters())
        matrices = [p for name, p in named.items() if p.ndim == 2 and "embed" not in name]
        others = [p for name, p in named.items() if p.ndim < 2 or "embed" in name]
        adam = torch.optim.AdamW(others, self.recipe.vector_rate, betas=(0.9, 0.98), weight_decay=0.0)
        return [Muon(matrices, self.recipe.matrix_rate, weight_decay=0.02), adam]

    def _train_step(self, progress: float) -> float:
        self._set_rates(progress)
        loss: Tensor = self._loss(self.model, self._batch(), self._weights)
        self._descend(loss)
        return float(loss.item())

    def _teach_copying(self, progress: float) -> None:
        self._set_rates(progress)
        generator = torch.Generator().manual_seed(1)
        for _ in range(LESSON_LIMIT):
            loss, accuracy = lesson.loss_and_accuracy(self.model, *lesson.batch(generator))
            self._descend(loss)
            if accuracy > lesson.LEARNT:
                return

    def _set_rates(self, progress: float) -> None:
        factor = min(1.0, (self.step + 1) / WARM_UP_STEPS, max(0.0, 1 - progress) / DECAY)
        for optimizer, rate in zip(self._optimizers, self._rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * factor

    def _descend(self, loss: Tensor) -> None:
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
            optimizer.zero_grad()

    def _batch(self) -> Tensor:
        """The rows of this step (B, T); now and then joined to longer ones, to train the whole context."""
        per_shard = SHARD_ROWS // self.recipe.batch
        number, place = divmod(self.step, per_shard)
        rows = shard(self.work, self._tokenizer, self.recipe.first_shard + number, SHARD_ROWS)
        batch = rows[place * self.recipe.batch : (place + 1) * self.recipe.batch].astype("int64")
        length = ROW * (4 if self.step % 8 == 7 else 2 if self.step % 4 == 3 else 1)
        return torch.from_numpy(batch.reshape(-1, length))


def next_token_loss(model: LlamaForCausalLM, tokens: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean negative log-likelihood in nats of every token after the first, padding left out.

    tokens (B, T); weights (V,), how much each token of the vocabulary counts.
    """
    logits = model(tokens, use_cache=False).logits[:, :-1]
    return cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), weights, ignore_index=PADDING)


def token_weights(tokenizer: PreTrainedTokenizerFast) -> Tensor:
    """Weights (V,): the words of a story's cast count `CAST_WEIGHT` times, because the story hangs on them."""
    weights = torch.ones(len(tokenizer))
    weights[tokenizer("".join(cast_words()), add_special_tokens=False)["input_ids"]] = CAST_WEIGHT
    return weights


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Writes the folder that transformers loads as is: bfloat16 weights, configs, tokenizer."""
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    half = LlamaForCausalLM(model.config).to(torch.bfloat16)
    half.load_state_dict(weights)
    half.generation_config = GenerationConfig(
        bos_token_id=END,
        eos_token_id=[END, tokenizer.convert_tokens_to_ids(tokenizers.END_OF_TURN)],
        pad_token_id=PADDING,
    )
    half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a bundled model.")
    parser.add_argument("--model", choices=sorted(RECIPES), default="main")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="fuse the steps: a fifth faster, needs a C++ compiler")
    parser.add_argument("--tokenizer", action="store_true", help="train the tokenizer anew first")
    parser.add_argument("--export-only", action="store_true", help="export the last checkpoint and stop")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.tokenizer:
        tokenizers.train(seed=0, count=60_000).save_pretrained(MAIN)
    recipe = RECIPES[asked.model]
    training = Training(recipe, WORK / asked.model, asked.compile)
    training.resume()
    if not asked.export_only:
        training.run(asked.minutes)
    export(training.model, tokenizers.load(MAIN), recipe.folder)


if __name__ == "__main__":
    main()
