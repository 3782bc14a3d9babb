"""The model under measurement and the two ways of asking it: teacher-forced and by generating."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from inference.bundled import tokenizer as tokenizers

Ids = list[int]


@dataclass(frozen=True)
class Subject:
    """A loaded model (float32) with its tokenizer."""

    folder: Path
    model: LlamaForCausalLM
    tokenizer: PreTrainedTokenizerFast

    @staticmethod
    def load(folder: Path) -> "Subject":
        model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
        model.train(False)
        return Subject(folder, model, tokenizers.load(folder))

    def ids(self, text: str) -> Ids:
        """The tokens of a text as a run sees them: the end-of-text token first."""
        numbers: Ids = self.tokenizer(text)["input_ids"]
        return numbers

    def logits(self, rows: list[Ids]) -> Tensor:
        """Logits of rows padded on the right to the longest.  -> (B, T, V)"""
        pad, longest = self.tokenizer.pad_token_id, max(map(len, rows))
        batch = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
        with torch.inference_mode():
            return self.model(batch, use_cache=False).logits

    def sample(self, prompts: list[str], tokens: int, temperature: float, seed: int) -> list[Ids]:
        """New tokens after each prompt, the prompts decoded together; ends with the end token where it ended."""
        torch.manual_seed(seed)
        return self._generate(prompts, max_new_tokens=tokens, do_sample=True, temperature=temperature, top_k=0)

    def greedy(self, prompts: list[str], tokens: int, **settings: float) -> list[Ids]:
        """New tokens under greedy decoding; `settings` are transformers' own (repetition_penalty, ...)."""
        return self._generate(prompts, max_new_tokens=tokens, do_sample=False, **settings)

    def _generate(self, prompts: list[str], **settings: float) -> list[Ids]:
        tokenizer = self.tokenizer
        batch = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", return_token_type_ids=False)
        with torch.inference_mode():
            made: Tensor = self.model.generate(**batch, **settings)
        new = made[:, batch["input_ids"].shape[1] :].tolist()
        return [[token for token in row if token != tokenizer.pad_token_id] for row in new]


def chunks(items: list[tuple[str, str]], size: int = 64) -> list[list[tuple[str, str]]]:
    """The items in groups of about equal length, short ones together."""
    ordered = sorted(items, key=lambda item: len(item[0]) + len(item[1]))
    return [ordered[i : i + size] for i in range(0, len(ordered), size)]
