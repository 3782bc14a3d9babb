"""Models of other kinds than the bundled one, with random weights, as anybody's would be added. Knows nothing of the page."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from tests.inference.engine.encoders import write_encoder_decoder
from tests.inference.models import write_checkpoint

LAYERS, HEADS, VOCABULARY = 12, 12, 32_000
WINDOW = 6
LARGE, WINDOWED, MISTRAL, ENCODING, BART = "large", "windowed", "mistral", "encoding", "bart"


def write_all(folder: Path) -> dict[str, Path]:
    """A folder each, by the name under which it is added."""
    return {
        LARGE: write_large(folder / LARGE),
        WINDOWED: write_checkpoint(folder / WINDOWED, "gemma2", sliding_window=WINDOW),  # every other layer sees all
        MISTRAL: write_checkpoint(folder / MISTRAL, "mistral", sliding_window=WINDOW),  # in every layer
        ENCODING: write_encoder_decoder(folder / ENCODING, "t5"),
        BART: write_encoder_decoder(folder / BART, "bart"),
    }


def write_large(folder: Path) -> Path:
    """Qwen2's shape in small: 12 layers of 12 heads, four of which share keys and values, and 32,000 tokens. 25 MB."""
    config = transformers.Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=192, intermediate_size=384, num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=3,
        max_position_embeddings=512, tie_word_embeddings=True, initializer_range=0.12, eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    torch.manual_seed(3)
    model = transformers.AutoModelForCausalLM.from_config(config)
    model.generation_config = transformers.GenerationConfig(pad_token_id=0)
    model.save_pretrained(folder)
    large_tokenizer().save_pretrained(folder)
    return folder


def large_tokenizer() -> Any:
    """Byte-level BPE of 32,000 entries: bytes, and all that one, two or three small letters make, with and without a space before them."""
    letters, space = string.ascii_lowercase, "Ġ"
    pairs = [(a, b) for a in letters for b in letters]
    triples = [(a + b, c) for a, b in pairs for c in letters]
    merges = [*pairs, *triples, *((space, a) for a in letters), *((space, a + b) for a, b in pairs), *((space, ab + c) for ab, c in triples)]
    core = [*sorted(pre_tokenizers.ByteLevel.alphabet())]
    merges = merges[: VOCABULARY - len(core) - 1]
    vocabulary = {token: n for n, token in enumerate([*core, *(a + b for a, b in merges)])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken("<|end|>", special=True)])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
