"""A loaded model as runs see it: its facts, its text, its runner. Knows nothing of scheduling."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from inference.allocator import trim
from inference.decoding.bad_words import banned_sequences
from inference.decoding.constraint import TokenGuide, Vocabulary
from inference.engine.batch import Runner
from inference.engine.check import Chosen, choose_runner
from inference.engine.encoder import Encoder
from inference.engine.errors import RunError
from inference.engine.loading import LoadedModel
from inference.engine.meters import cache_limit_bytes
from inference.events import ModelInfo
from inference.grammar import ConstraintError
from inference.pieces import Pieces
from inference.progress import Progress
from inference.sampling.sampler import Sampler
from inference.spec import MAX_SEED, RunSpec, Watch


@dataclass(frozen=True, slots=True)
class Model:
    info: ModelInfo
    runner: Runner
    pieces: Pieces
    tokenizer: Any
    network: Any  # the transformers model; only the engine's thread runs it
    device: torch.device
    encoder: Encoder | None  # of an encoder-decoder
    longest: int  # characters of the longest token
    slow_because: str  # why the fast runner was not taken; empty where it was
    vocabulary: Vocabulary  # for constraints
    _lock: threading.Lock = field(default_factory=threading.Lock)  # tokenizers are not safe to share between threads

    @classmethod
    def of(cls, loaded: LoadedModel, name: str, batch_invariant: bool = False) -> Model:
        """Raises ``ModelError`` where the model cannot be decoded."""
        chosen = choose_runner(loaded, cache_limit_bytes(loaded.device), batch_invariant)
        info = _info(loaded, name, chosen)
        longest = max(map(len, loaded.tokenizer.get_vocab()))
        pieces = Pieces(loaded.tokenizer)
        words = Vocabulary(pieces, info.vocab_size)
        trim()
        return cls(info, chosen.runner, pieces, loaded.tokenizer, loaded.model, loaded.device, loaded.encoder, longest, chosen.why, words)

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``, with the special tokens that the tokenizer adds. Raises ``RunError`` where it cannot take the text."""
        try:
            with self._lock:
                return list(self.tokenizer(text, verbose=False)["input_ids"])
        except Exception as error:  # a lone surrogate, or whatever else a tokenizer trips over
            raise RunError("bad_text", f"The tokenizer cannot take this text: {error}", "prompt") from error

    def decode(self, token_ids: Sequence[int]) -> str:
        with self._lock:
            return str(self.tokenizer.decode(list(token_ids), skip_special_tokens=True))

    def prompt(self, spec: RunSpec) -> tuple[list[int], float]:
        """Token ids of the prompt, and the seconds that it took to find them. Raises ``RunError`` where it does not fit the model."""
        before = time.monotonic()
        self._check_characters(spec.prompt or "")
        ids = list(spec.prompt_token_ids) if spec.prompt is None and spec.prompt_token_ids else self.encode(spec.prompt or "")
        self.check_prompt(ids, "prompt" if spec.prompt is not None else "prompt_token_ids")
        return [*ids, *self._decoder_prefix], time.monotonic() - before

    @property
    def _decoder_prefix(self) -> tuple[int, ...]:
        return () if self.encoder is None else self.encoder.decoder_prefix

    @property
    def most_prompt_tokens(self) -> int:
        """Of a decoder-only model one position is needed for the first new token; an encoder has positions of its own."""
        return self.info.context - 1 if self.encoder is None else self.encoder.most_tokens

    def encoder_tokens(self, prompt_ids: Sequence[int]) -> int:
        """How many of the tokens that ``prompt`` gave an encoder reads; the rest are the decoder's."""
        return 0 if self.encoder is None else len(prompt_ids) - len(self._decoder_prefix)

    def _check_characters(self, text: str) -> None:
        """Refuse at once what would take seconds to tokenise only to be too long: no token has more than ``longest`` characters."""
        least = -(-len(text) // self.longest)
        most = self.most_prompt_tokens
        if least > most:
            message = f"The prompt has at least {least} tokens; this model takes at most {most}."
            raise RunError("prompt_too_long", message, "prompt", least, most)

    def negative(self, spec: RunSpec, prompt_ids: Sequence[int]) -> list[int]:
        """What guidance moves away from: without a negative prompt the last token of the prompt, as in transformers. Raises ``RunError``."""
        params = spec.sampling
        if params.guidance_scale == 1.0:
            return []
        if self.encoder_tokens(prompt_ids):
            message = "Guidance is not offered for models with an encoder."
            raise RunError("no_guidance", message, "sampling.guidance_scale", params.guidance_scale, 1.0)
        if not params.negative_prompt:
            return list(prompt_ids[-1:])
        ids = self.encode(params.negative_prompt)
        self.check_prompt(ids, "sampling.negative_prompt")
        return ids

    def check_prompt(self, ids: Sequence[int], field: str) -> None:
        """Raises ``RunError`` naming ``field``, value and bound."""
        most = self.most_prompt_tokens
        if not ids:
            raise RunError("empty_prompt", "The prompt holds no token.", field, 0, 1)
        if len(ids) > most:
            raise RunError("prompt_too_long", f"The prompt has {len(ids)} tokens; this model takes at most {most}.", field, len(ids), most)
        self._check_ids(ids, field)

    def check_output(self, ids: Sequence[int], most: int) -> None:
        """What the output begins with, of which there may be ``most``. Raises ``RunError``."""
        self._check_ids(ids, "output_token_ids")
        if len(ids) > most:
            message = f"The output begins with {len(ids)} tokens; after this prompt the model has room for {most}."
            raise RunError("output_too_long", message, "output_token_ids", len(ids), most)

    def check_progress(self, progress: Progress) -> None:
        """Raises ``RunError`` for tokens that this model cannot have given."""
        for tokens in progress.tokens.values():
            self._check_ids(tokens, "progress")

    def check_scored(self, ids: Sequence[int]) -> None:
        """Raises ``RunError`` for a text of which nothing can be scored, or not all."""
        if self.encoder is not None:
            raise RunError("not_offered", "An encoder-decoder gives no probabilities of a text by itself.", "text")
        if not 2 <= len(ids) <= self.info.context:
            message = f"The text has {len(ids)} tokens; from 2 to {self.info.context} can be scored."
            raise RunError("bad_length", message, "text", len(ids), self.info.context)
        self._check_ids(ids, "text")

    def check_settings(self, spec: RunSpec) -> None:
        """What only the model can say of the settings. Raises ``RunError``."""
        if self.encoder is not None:
            _check_for_encoder(spec)
        self._check_ids(spec.sampling.logit_bias, "sampling.logit_bias")
        self._check_ids(spec.sampling.stop_token_ids, "sampling.stop_token_ids")
        self._check_ids(spec.sampling.allowed_token_ids, "sampling.allowed_token_ids")
        self._check_ids(spec.watch.pinned, "watch.pinned")
        for layer, head in spec.watch.heads:
            if layer >= self.info.layers or head >= self.info.heads:
                bound = f"{self.info.layers} layers x {self.info.heads} heads"
                raise RunError("unknown_head", f"There is no head {head} in layer {layer}.", "watch.heads", (layer, head), bound)

    def check_tokens(self, ids: Sequence[int], field: str) -> None:
        """Raises ``RunError`` naming ``field`` for an id outside the vocabulary."""
        self._check_ids(ids, field)

    def _check_ids(self, ids: Sequence[int] | dict[int, float], field: str) -> None:
        worst = max(ids, default=0)
        if worst >= self.info.vocab_size:
            message = f"Token id {worst} is outside the vocabulary of {self.info.vocab_size}."
            raise RunError("unknown_token_id", message, field, worst, self.info.vocab_size - 1)

    def watchable(self, watch: Watch) -> Watch:
        """``watch`` without tokens and heads that this model does not have."""
        pinned = tuple(token_id for token_id in watch.pinned if token_id < self.info.vocab_size)
        heads = tuple((layer, head) for layer, head in watch.heads if layer < self.info.layers and head < self.info.heads)
        return watch.model_copy(update={"pinned": pinned, "heads": heads})

    def sampler(self, spec: RunSpec, prompt_ids: Sequence[int], sample: int = 0) -> Sampler:
        """The state of a run before its first token. Raises ``RunError`` for a constraint that this model cannot follow."""
        assert spec.sampling.seed is not None
        info = self.info
        return Sampler(
            spec.sampling,
            seed=spec.sampling.seed,
            prompt_ids=prompt_ids[self.encoder_tokens(prompt_ids) :],  # penalties see what the decoder sees, as in ``generate``
            vocab_size=info.vocab_size,
            eos_token_ids=info.eos_token_ids,
            pieces=self.pieces.of,
            sample=sample,
            guide=self._guide(spec),
            bad_words=banned_sequences(spec.sampling.bad_words, self._encode_within),
        )

    def _encode_within(self, text: str) -> list[int]:
        """Token ids of a piece of text, without special tokens."""
        with self._lock:
            return list(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def _guide(self, spec: RunSpec) -> TokenGuide | None:
        try:
            return self.vocabulary.guide(spec.sampling, self.info.eos_token_ids)
        except ConstraintError as error:
            raise RunError(error.code, error.message, f"sampling.{error.field}", error.value, error.bound) from error


def _check_for_encoder(spec: RunSpec) -> None:
    """Raises ``RunError`` for what is done with a decoder's prompt, which an encoder-decoder does not have."""
    for name, neutral in (("guidance_scale", 1.0), ("speculative", "off")):
        value = getattr(spec.sampling, name)
        if value != neutral:
            message = f"An encoder-decoder offers no {name} other than {neutral}."
            raise RunError("not_offered", message, f"sampling.{name}", value, neutral)


def new_seed() -> int:
    """For a run that asks for none."""
    return secrets.randbelow(MAX_SEED + 1)


def _info(loaded: LoadedModel, name: str, chosen: Chosen) -> ModelInfo:
    config, runner = loaded.config, chosen.runner
    return ModelInfo(
        name=name,
        vocab_size=loaded.vocab_size,
        layers=runner.layers or int(config.num_hidden_layers),
        heads=runner.heads or int(getattr(config, "num_attention_heads", 0)),
        context=loaded.context,
        dtype=str(loaded.dtype).removeprefix("torch."),
        device=str(loaded.device),
        parameters=loaded.parameters,
        weight_bytes=loaded.weight_bytes,
        kv_bytes_per_token=runner.bytes_per_token,
        attention=runner.watchable,
        eos_token_ids=loaded.eos_token_ids,
        quantization=loaded.quantization,
        path="fallback" if chosen.why else "packed",
        path_reason=chosen.why,
        encoder_decoder=loaded.encoder is not None,
        decoder_prefix=0 if loaded.encoder is None else len(loaded.encoder.decoder_prefix),
    )
