"""Which causal-LM classes of the installed transformers the engine decodes, how, and whether as ``generate`` does.

Each class gets a small random model. ``packed`` and ``fallback`` are those whose greedy tokens, three requests at once, equal
``transformers.generate``; ``refused`` cannot be loaded, with the reason; ``unbuilt`` has no small model here, so nothing is known.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import torch
import transformers
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from benchmarks.common import table
from benchmarks.parts.greedy import greedy
from inference import ModelError
from inference.engine.check import choose_runner
from inference.engine.loading import described
from tests.inference.models import byte_tokenizer
from tests.inference.small_models import CHANGES, Unbuildable, small_model

LENGTHS = (5, 17, 40)
NEW_TOKENS = 16
_MEMORY = 1 << 28


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("types", nargs="*", help="model types; all where none is named")
    wanted = parser.parse_args().types or list(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    rows = []
    for name, config_class, model_class in classes():
        if name in wanted:
            rows.append(judged(name, config_class, model_class))
            print(f"{name}: {rows[-1]['path']} {rows[-1]['why']}", file=sys.stderr, flush=True)
    print(table(rows))
    print(f"\n{dict(Counter(row['path'] for row in rows))} of {len(rows)} classes of transformers {transformers.__version__}")


def classes() -> Iterator[tuple[str, Any, Any]]:
    """Model type, config class and model class, each model class once."""
    seen = set()
    for config_class, found in MODEL_FOR_CAUSAL_LM_MAPPING.items():
        model_class = found[0] if isinstance(found, tuple) else found
        own = getattr(model_class, "config_class", None) or config_class
        if model_class not in seen:
            seen.add(model_class)
            yield own.model_type, own, model_class


def judged(name: str, config_class: Any, model_class: Any) -> dict[str, str]:
    try:
        model = small_model(model_class, config_class, **CHANGES.get(name, {}))
    except Unbuildable as reason:
        return _row(name, "unbuilt", str(reason))
    prompts = [torch.randint(5, 315, (1, n), generator=torch.Generator().manual_seed(n)) for n in LENGTHS]
    try:
        wanted = [_generate(model, prompt) for prompt in prompts]
    except Exception as error:  # whatever a family raises
        return _row(name, "unbuilt", f"generate fails: {type(error).__name__} {error}")
    try:
        return _compared(name, model, [prompt[0].tolist() for prompt in prompts], wanted)
    except ModelError as error:
        return _row(name, "refused", error.message)
    except Exception as error:  # a class that this scan cannot even describe
        return _row(name, "refused", f"{type(error).__name__}: {error}")


def _compared(name: str, model: Any, prompts: list[list[int]], wanted: list[list[int]]) -> dict[str, str]:
    loaded = described(model, byte_tokenizer(), torch.float32)
    chosen = choose_runner(loaded, _MEMORY)
    path = ("fallback" if chosen.why else "packed") if greedy(chosen.runner, prompts, NEW_TOKENS) == wanted else "differs"
    attention = "yes" if chosen.runner.watchable else "no"
    return _row(name, path, chosen.why, attention, sum(len(set(row)) for row in wanted))


def _row(name: str, path: str, why: str, attention: str = "", distinct: int = 0) -> dict[str, Any]:
    why = " ".join(why.split()).replace("|", "/")
    return {"model type": name, "path": path, "attention": attention, "distinct": distinct, "why": why[:160]}


def _generate(model: Any, prompt: torch.Tensor) -> list[int]:
    model.generation_config = transformers.GenerationConfig(pad_token_id=0)
    out = model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=NEW_TOKENS, do_sample=False)
    tokens: list[int] = out[0, prompt.shape[1] :].tolist()
    return tokens


if __name__ == "__main__":
    main()
