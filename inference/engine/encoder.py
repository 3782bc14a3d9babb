"""Encoder-decoders: what they need beside a decoder, and how one request goes through them. Knows nothing of slots.

The tokens of a request are those that the encoder reads, then the decoder's: its start token, what the model forces, what was chosen.
The encoder runs once; its output stays with the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from inference.engine.errors import ModelError
from inference.engine.stepping import Fed, Feeding, Past


@dataclass(frozen=True, slots=True)
class Encoder:
    """What the engine must know of an encoder-decoder."""

    most_tokens: int  # that it reads
    decoder_prefix: tuple[int, ...]  # the tokens that every answer begins with: the start token, then one that is forced
    never: tuple[int, ...]  # tokens that the model's own settings ban
    last: tuple[int, ...] = ()  # the tokens one of which must be the last that a request may have; none where it may be any


def encoder_of(model: Any, most_tokens: int) -> Encoder | None:
    """``None`` for a decoder-only model. Raises ``ModelError`` where nothing says what a decoder begins with."""
    if not model.config.is_encoder_decoder:
        return None
    start = _setting(model, "decoder_start_token_id")
    start = _setting(model, "bos_token_id") if start is None else start
    if not isinstance(start, int):
        raise ModelError("no_start_token", f"{type(model).__name__} does not say which token its decoder starts with (decoder_start_token_id)")
    forced = _setting(model, "forced_bos_token_id")
    banned = [*(_setting(model, "bad_words_ids") or ()), *([one] for one in _setting(model, "suppress_tokens") or ())]
    prefix = (start,) if forced is None else (start, int(forced))
    return Encoder(most_tokens, prefix, tuple(words[0] for words in banned if len(words) == 1), _ids(_setting(model, "forced_eos_token_id")))


def _ids(setting: int | list[int] | None) -> tuple[int, ...]:
    """A setting that names one token or several."""
    if setting is None:
        return ()
    return (setting,) if isinstance(setting, int) else tuple(setting)


def _setting(model: Any, name: str) -> Any:
    """As ``generate`` looks for it: in the generation config, then in the model's own."""
    found = getattr(model.generation_config, name, None)
    return getattr(model.config, name, None) if found is None else found


class Seq2SeqStepper:
    """Feeds one request (``solo.Feeder``). Prompts go through the encoder whole, so chunks are never fed by themselves."""

    def __init__(self, model: Any, encoder: Encoder, feeding: Feeding) -> None:
        self._model, self._device = model, model.device
        self._never = list(encoder.never)
        self.feeding = feeding

    def example(self, length: int) -> Past:
        """A request of ``length`` positions, two of them the decoder's."""
        return Past(list(range(length)), encoder_tokens=length - 2)

    def feed(self, past: Past, rows: int, watched: bool) -> Fed:
        """``rows`` at most the number of decoder tokens that the cache lacks."""
        if past.encoded is None:
            past.encoded = self._encoded(past)
        if past.fed < len(past.ids) - 1:
            past.forget()
        output = self._run(past, watched)
        logits = output.logits[0, output.logits.shape[1] - rows :]
        if self._never:
            logits[:, self._never] = float("-inf")
        return Fed(logits, _both(output) if watched else ())

    def _encoded(self, past: Past) -> Any:
        ids = torch.tensor([past.ids[: past.encoder_tokens]], device=self._device)
        return self._model.get_encoder()(input_ids=ids, attention_mask=torch.ones_like(ids), return_dict=True)

    def _run(self, past: Past, watched: bool) -> Any:
        cache, fed = past.take()
        new = past.ids[max(fed, past.encoder_tokens) :]
        output = self._model(
            encoder_outputs=past.encoded,
            attention_mask=torch.ones(1, past.encoder_tokens, dtype=torch.long, device=self._device),
            decoder_input_ids=torch.tensor([new], device=self._device),
            past_key_values=cache,
            use_cache=self.feeding is not Feeding.WHOLE,
            **({"output_attentions": True} if watched else {}),
        )
        if self.feeding is not Feeding.WHOLE:
            past.keep(output.past_key_values)
        return output


def _both(output: Any) -> tuple[torch.Tensor, ...]:
    """Per layer (1, heads, queries, T): cross-attention over the prompt, then the decoder's attention over its own tokens."""
    cross, own = output.get("cross_attentions") or (), output.get("decoder_attentions") or ()
    if len(cross) != len(own):
        return ()
    return tuple(torch.cat(pair, dim=-1) for pair in zip(cross, own, strict=True))
