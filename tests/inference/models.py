"""Real checkpoints with random weights, written to disk as anybody's model would be. Knows nothing of the engine.

The weights are spread wide, because a model with transformers' own initial weights repeats one token and proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

VOCABULARY = 320  # 256 bytes, the end of text, and pairs of letters
_SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 160,
    "tie_word_embeddings": False,
    "initializer_range": 0.25,
}
_GROUPED = {**_SIZES, "num_key_value_heads": 2}

CONFIGS: dict[str, Callable[[], Any]] = {
    "gpt2": lambda: transformers.GPT2Config(n_embd=64, n_layer=3, n_head=4, n_positions=160, tie_word_embeddings=False, initializer_range=0.25),
    "llama": lambda: transformers.LlamaConfig(**_GROUPED),
    "qwen2": lambda: transformers.Qwen2Config(**_GROUPED),
    "mistral": lambda: transformers.MistralConfig(**_GROUPED, sliding_window=12),
    "gemma2": lambda: transformers.Gemma2Config(**_GROUPED, head_dim=16, sliding_window=12, query_pre_attn_scalar=16, attn_logit_softcapping=3.0),
    "gpt_neox": lambda: transformers.GPTNeoXConfig(**{**_SIZES, "initializer_range": 0.4}),
    "opt": lambda: transformers.OPTConfig(
        hidden_size=64, word_embed_proj_dim=64, ffn_dim=96, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=160,
        tie_word_embeddings=False, init_std=0.25,
    ),
    "mixtral": lambda: transformers.MixtralConfig(**_GROUPED, num_local_experts=4, num_experts_per_tok=2),
    "gpt_oss": lambda: transformers.GptOssConfig(
        **_GROUPED, head_dim=16, num_local_experts=4, num_experts_per_tok=2, sliding_window=12,
    ),
    "falcon": lambda: transformers.FalconConfig(
        hidden_size=64, num_hidden_layers=3, num_attention_heads=4, tie_word_embeddings=False, initializer_range=0.25,
    ),
    "bloom": lambda: transformers.BloomConfig(hidden_size=64, n_layer=3, n_head=4, tie_word_embeddings=False, initializer_range=0.25),
}  # fmt: skip
SLOW = ("falcon", "bloom")  # attention of their own kind: these take the slow runner
FAMILIES = [family for family in CONFIGS if family not in SLOW]


def byte_tokenizer() -> Any:
    """Byte-level BPE whose entries are single bytes and pairs of letters, with ``<|end|>`` as the end of text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs = [a + b for a in "etaoinsr" for b in "etaoinsr"][: VOCABULARY - len(alphabet) - 1]
    vocabulary = {token: n for n, token in enumerate([*alphabet, *pairs])}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[(pair[0], pair[1]) for pair in pairs]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens([AddedToken("<|end|>", special=True)])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<|end|>")


def random_model(family: str, seed: int = 0, **changes: Any) -> Any:
    """A model of ``family`` in eval mode, without an end token, so that nothing ends a comparison early."""
    config = CONFIGS[family]()
    for name, value in {"vocab_size": VOCABULARY, "eos_token_id": None, "bos_token_id": None, "pad_token_id": None, **changes}.items():
        setattr(config, name, value)
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    model.generation_config = transformers.GenerationConfig(pad_token_id=0)
    return model


def write_checkpoint(folder: Path, family: str, seed: int = 0, **changes: Any) -> Path:
    """A model folder as ``save_pretrained`` writes it: safetensors, config, tokenizer."""
    random_model(family, seed, **changes).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder
