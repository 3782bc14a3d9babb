"""A small real tokenizer of each kind, trained on the spot. Knows nothing of models."""

from __future__ import annotations

from typing import Any

import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

CORPUS = [
    "The quick brown fox jumps over the lazy dog. Once upon a time, there was a little cat!",
    "法國的首都是巴黎。從前有一隻小貓,牠喜歡在花園裡玩。",
    "Emoji: 👩‍👧‍👦 🎉 👍🏽 and combining marks: é ñ ü Å naïve",
] * 4
SAMPLES = [
    "The fox, the dog.",
    "法國的首都是巴黎。",
    "一隻從未見過的龜鑑",
    "👩‍👧‍👦 and 👍🏽!",
    "é ñ naïve Åé",
    "  two  spaces\n\nand lines\t.",
    "mixed 貓 🎉 é end",
]


def byte_level() -> Any:
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=340, initial_alphabet=alphabet, show_progress=False))
    core.add_tokens([AddedToken("  ", special=False, normalized=False)])
    return _wrapped(core)


def sentencepiece_bpe() -> Any:
    """As Llama 2 and Gemma: a mark for spaces, unknown characters as bytes, the first space dropped."""
    core = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    core.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    replace, strip = decoders.Replace("▁", " "), decoders.Strip(" ", 1, 0)
    core.decoder = decoders.Sequence([replace, decoders.ByteFallback(), decoders.Fuse(), strip])
    fallback = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=fallback, show_progress=False, limit_alphabet=70)
    core.train_from_iterator(CORPUS[:1] * 4, trainer)
    return _wrapped(_without_special(core))


def unigram() -> Any:
    core = Tokenizer(models.Unigram())
    core.pre_tokenizer = pre_tokenizers.Metaspace()
    core.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=250, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False)
    core.train_from_iterator([*CORPUS, *SAMPLES], trainer)
    return _wrapped(core)


def wordpiece() -> Any:
    core = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]"], show_progress=False)
    core.train_from_iterator([*CORPUS, *SAMPLES], trainer)
    return _wrapped(core)


KINDS = {"byte-level BPE": byte_level, "SentencePiece BPE": sentencepiece_bpe, "Unigram": unigram, "WordPiece": wordpiece}


def _without_special(core: Tokenizer) -> Tokenizer:
    """The same vocabulary with only ``<unk>`` special: byte tokens are ordinary ones in published models."""
    state = core.to_str().replace('"special":true', '"special":false')
    plain = Tokenizer.from_str(state)
    plain.add_special_tokens(["<unk>"])
    return plain


def _wrapped(core: Tokenizer) -> Any:
    core.add_special_tokens([AddedToken("<|end|>", special=True)])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<|end|>")
