"""A small random model of any causal-LM class that transformers has, from nothing but the names of its settings. Knows no engine."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from transformers import PreTrainedConfig

VOCABULARY = 320
_MOST_PARAMETERS = 20_000_000
_SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY, "hidden_size": 64, "n_embd": 64, "d_model": 64, "emb_dim": 64, "embed_dim": 64, "word_embed_proj_dim": 64,
    "intermediate_size": 96, "ffn_dim": 96, "n_inner": 96, "d_ff": 96, "decoder_ffn_dim": 96, "encoder_ffn_dim": 96, "dff": 96, "d_inner": 96,
    "num_hidden_layers": 4, "n_layer": 4, "n_layers": 4, "num_layers": 4, "decoder_layers": 4, "encoder_layers": 2,
    "num_attention_heads": 4, "n_head": 4, "n_heads": 4, "num_heads": 4, "decoder_attention_heads": 4, "encoder_attention_heads": 4,
    "num_key_value_heads": 2, "num_kv_heads": 2, "head_dim": 16, "attention_hidden_size": 64, "rotary_dim": 8, "global_head_dim": 16,
    "max_position_embeddings": 160, "n_positions": 160, "max_seq_len": 160, "n_ctx": 160, "max_sequence_length": 160,
    "num_local_experts": 4, "num_experts": 4, "n_routed_experts": 4, "moe_num_experts": 4, "num_experts_per_tok": 2, "top_k_experts": 2, "moe_k": 2,
    "moe_topk": 2, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 32,
    "moe_ffn_hidden_size": 32, "expert_ffn_hidden_size": 32, "ffn_hidden_size": 96, "n_shared_experts": 1, "num_shared_experts": 1,
    "shared_intermediate_size": 96, "expert_intermediate_size": 32,
    "q_lora_rank": 32, "kv_lora_rank": 16, "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 16, "qk_head_dim": 24,
    "index_n_heads": 2, "index_head_dim": 16, "index_topk": 200,
    "sliding_window": 12, "window_size": 12, "attention_window_size": 12, "attention_chunk_size": 32,
    "state_size": 8, "ssm_state_size": 8, "mamba_d_state": 8, "mamba_d_ssm": 64, "mamba_n_heads": 4, "mamba_d_head": 16, "mamba_n_groups": 1,
    "mamba_num_heads": 4, "mamba_head_dim": 16, "n_groups": 1, "mamba_expand": 1, "expand": 2, "n_mamba_heads": 2, "mamba_ngroups": 1, "mamba_dt_rank": 4,
    "time_step_rank": 4, "conv_kernel": 4, "chunk_size": 16, "mamba_chunk_size": 16, "lru_width": 64, "conv_dim": 64, "conv_dim_out": 64, "block_dim": 64, "conv_bias": False,
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 16, "linear_value_head_dim": 16,
    "hidden_size_per_layer_input": 16, "vocab_size_per_layer_input": VOCABULARY, "num_kv_shared_layers": 0, "laurel_rank": 8, "altup_num_inputs": 2,
    "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2, "is_decoder": True, "num_encoder_layers": 2, "num_decoder_layers": 4,
    "tie_word_embeddings": False, "embedding_size": 64,
}  # fmt: skip

CHANGES: dict[str, dict[str, Any]] = {  # what a small shape needs to have all kinds of layers that the family has
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1},
    "lfm2": {"layer_types": ["conv", "full_attention", "conv", "full_attention"]},
    "lfm2_moe": {"layer_types": ["conv", "full_attention", "conv", "full_attention"], "num_dense_layers": 2},
    "mamba2": {"num_heads": 8, "head_dim": 16, "expand": 2, "n_groups": 1},
    "gpt_neo": {"attention_types": [[["global", "local"], 2]], "window_size": 12},
    "granitemoehybrid": {"layer_types": ["mamba", "attention", "mamba", "attention"]},
    "kimi_linear": {"layer_types": ["linear_attention", "linear_attention", "linear_attention", "full_attention"]},
    "bailing_hybrid": {"layer_types": ["linear_attention", "full_attention", "linear_attention", "full_attention"]},
    "bamba": {"attn_layer_indices": [1, 3]},
}


class Unbuildable(Exception):
    """There is no small model of the class; the message says why."""


def small_model(model_class: Any, config_class: type[PreTrainedConfig], **changes: Any) -> Any:
    """In eval mode, weights spread wide. Raises ``Unbuildable``."""
    try:
        config = small_config(config_class, **changes)
        with torch.device("meta"):
            size = sum(parameter.numel() for parameter in model_class(config).parameters())
        if size > _MOST_PARAMETERS:
            raise Unbuildable(f"its smallest shape has {size / 1e6:.0f}M parameters")
        torch.manual_seed(0)
        model = model_class(small_config(config_class, **changes)).eval()
    except Unbuildable:
        raise
    except Exception as error:  # whatever a combination of sizes makes a class raise
        raise Unbuildable(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:140]) from error
    spread(model)
    return model


def small_config(config_class: type[PreTrainedConfig], **changes: Any) -> Any:
    """As many of the known sizes as the class has, its derived settings made afresh from them."""
    plain = config_class()
    sizes = {name: value for name, value in _SIZES.items() if hasattr(plain, name) and not _computed(config_class, name)}
    if getattr(plain, "num_key_value_heads", None) == getattr(plain, "num_attention_heads", 0):
        sizes["num_key_value_heads"] = sizes["num_attention_heads"]
    if "qk_rope_head_dim" in sizes:
        sizes.pop("head_dim", None)  # made from it
    parts = {name: small_config(type(value)) for name, value in vars(plain).items() if isinstance(value, PreTrainedConfig)}
    known = inspect.signature(config_class.__init__).parameters
    lists = {name: None for name in ("layer_types", "mlp_layer_types", "layers_block_type") if name in known}
    return config_class(**{**sizes, **parts, **lists, **changes})


def _computed(config_class: type[PreTrainedConfig], name: str) -> bool:
    found = getattr(config_class, name, None)
    return isinstance(found, property) and found.fset is None


def spread(model: Any) -> None:
    """Weights so wide that outputs are diverse: a model with its own initial weights repeats one token and proves nothing."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and parameter.is_floating_point():
                parameter.normal_(0, 1.0 if "embed" in name else 1.5 * parameter.shape[-1] ** -0.5)
