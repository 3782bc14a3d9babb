"""Small random encoder-decoders on disk. Knows nothing of the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers

from tests.inference.models import VOCABULARY, byte_tokenizer

_T5: dict[str, Any] = {"d_model": 64, "num_layers": 3, "num_heads": 4, "d_kv": 16, "d_ff": 96, "decoder_start_token_id": 0}
_BART: dict[str, Any] = {
    "d_model": 64, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 96, "decoder_ffn_dim": 96, "max_position_embeddings": 64, "bos_token_id": None, "decoder_start_token_id": 2,
}  # fmt: skip
CONFIGS: dict[str, Callable[..., Any]] = {
    "t5": lambda **more: transformers.T5Config(**{**_T5, **more}),
    "mt5": lambda **more: transformers.MT5Config(**{**_T5, "feed_forward_proj": "gated-gelu", **more}),
    "bart": lambda **more: transformers.BartConfig(**{**_BART, **more}),
    "mbart": lambda **more: transformers.MBartConfig(**{**_BART, **more}),
    "pegasus": lambda **more: transformers.PegasusConfig(**{**_BART, **more}),
    "marian": lambda **more: transformers.MarianConfig(**{**_BART, **more}),
}


def write_encoder_decoder(folder: Path, family: str, **generation: Any) -> Path:
    """``generation``: what its generation config says beside the start token."""
    config = CONFIGS[family](vocab_size=VOCABULARY, pad_token_id=0, eos_token_id=None, tie_word_embeddings=False)
    torch.manual_seed(0)
    model = transformers.AutoModelForSeq2SeqLM.from_config(config).eval()
    gain = 3.0 if "t5" in family else 0.6  # found to give diverse answers
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 1.0 if "embed" in name or "shared" in name else gain * parameter.shape[-1] ** -0.5)
    start = config.decoder_start_token_id
    model.generation_config = transformers.GenerationConfig(pad_token_id=0, decoder_start_token_id=start, **generation)
    model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder
