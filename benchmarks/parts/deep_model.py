"""A model with many heads and little else, to measure what attention itself costs."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers

from tests.inference.models import VOCABULARY, byte_tokenizer


def deep_model(folder: Path) -> Path:
    """24 layers x 16 heads of size 16 with random weights and room for 4,096 tokens, written to ``folder``."""
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=256, intermediate_size=256, num_hidden_layers=24, num_attention_heads=16, num_key_value_heads=4,
        max_position_embeddings=4096, initializer_range=0.1, tie_word_embeddings=False, eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder
