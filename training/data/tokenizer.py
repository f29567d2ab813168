"""Subword tokenizer in the JSON format of Hugging Face `tokenizers`."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor

PAD, UNKNOWN, BEGIN, END = "<pad>", "<unk>", "<s>", "</s>"
# Words that captions lack and that edits and motions are asked for with.
EXTRA = (
    "make it turn into convert to change the style to with same but as emoji picture of "
    "bouncing moving left right up down spinning zooming in out shaking two objects crossing pulsing swinging rolling "
    "falling rising fading clip video of that is and then while"
).split()


def train_tokenizer(lines: list[str], vocab_size: int, max_length: int) -> Tokenizer:
    """Lower-case byte-pair encoding; encodings are padded and cut to `max_length` with a begin and an end token."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, UNKNOWN, BEGIN, END],
        initial_alphabet=[chr(code) for code in range(33, 127) if not chr(code).isupper()],
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator([*lines, *[" ".join(EXTRA)] * 50], trainer)
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    ends = [(token, tokenizer.token_to_id(token)) for token in (BEGIN, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A {END}", special_tokens=ends)
    tokenizer.enable_truncation(max_length)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id(PAD), pad_token=PAD, length=max_length)
    return tokenizer


def load_or_train(path: Path, lines: list[str], vocab_size: int, max_length: int) -> Tokenizer:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        train_tokenizer(lines, vocab_size, max_length).save(str(path))
    return Tokenizer.from_file(str(path))


def encode(tokenizer: Tokenizer, prompts: list[str]) -> tuple[Tensor, Tensor]:
    """(ids, mask) int64 [N, max_length]."""
    encodings = tokenizer.encode_batch(prompts)
    return torch.tensor([e.ids for e in encodings]), torch.tensor([e.attention_mask for e in encodings])
