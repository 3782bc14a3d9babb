"""The tokenizer of both bundled models: byte-level BPE over the generated text.

A Chinese character is never merged with its neighbour and a digit never with
another, so a prompt that ends before the answer has the same tokens as the
sentence it was cut from. Rare characters stay several byte tokens.
"""

import itertools
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from inference.bundled.text.corpus import MIX, documents

VOCABULARY_SIZE = 4096
CONTEXT = 1024
END_OF_TEXT = "<|endoftext|>"
PAD = "<|pad|>"
END_OF_TURN = "<|end|>"
SPECIAL = [END_OF_TEXT, PAD, "<|system|>", "<|user|>", "<|assistant|>", END_OF_TURN]

# The same layout as `text.chat.dialogue`; begins with the token that begins every training text.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def train(seed: int, count: int) -> PreTrainedTokenizerFast:
    """A tokenizer of `VOCABULARY_SIZE` entries from the first `count` documents of a seed, copies left out."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[\u2e80-\u9fff\uff00-\uffef]|\d"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    kinds = {kind: weight for kind, weight in MIX.items() if kind != "copies"}
    texts = (document.text for document in itertools.islice(documents(seed, "train", [], kinds), count))
    tokenizer.train_from_iterator(texts, trainer)
    return _wrap(tokenizer)


def _wrap(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """As transformers loads it. `tokenizer(text)` begins with the end-of-text token, as every training text does."""
    bos = (END_OF_TEXT, tokenizer.token_to_id(END_OF_TEXT))
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=f"{END_OF_TEXT} $A", special_tokens=[bos]),
        ]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        pad_token=PAD,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def load(folder: Path) -> PreTrainedTokenizerFast:
    tokenizer: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return tokenizer


def whole_tokens(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """The texts of all tokens that are valid text alone: no special tokens, no pieces of characters."""
    texts = (str(tokenizer.decode([number])) for number in range(len(SPECIAL), len(tokenizer)))
    return [text for text in texts if "\ufffd" not in text]
