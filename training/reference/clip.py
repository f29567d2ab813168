# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "pillow==13.0.0", "torch==2.13.0", "transformers==5.24.0", "tokenizers==0.23.3",
#                 "onnx==1.23.2", "onnxscript==0.7.2"]
# ///
"""Reference CLIP scores, preprocessing and tokens for packages/proxies, computed by transformers.

    pip install numpy==2.4.6 pillow==13.0.0 torch==2.13.0 transformers==5.24.0 onnx==1.23.2 onnxscript==0.7.2
    python training/reference/clip.py [--vocabulary bpe_simple_vocab_16e6.txt.gz]

Rewrites packages/proxies/test/fixtures/clip-tiny (a CLIP of random weights in the layout of a transformers ONNX export, with
a byte-level BPE learned from a few sentences below) and clip-reference.json beside it; with CLIP's own vocabulary also
clip-tokens.json, the ids of 1,000 strings. The images follow from integer formulas, which
packages/proxies/test/reference-images.ts repeats.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import random
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from ssim import noise, scene
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

PINNED = {"numpy": "2.4.6", "pillow": "13.0.0", "torch": "2.13.0", "transformers": "5.24.0", "tokenizers": "0.23.3"}
FIXTURES = Path(__file__).resolve().parents[2] / "packages/proxies/test/fixtures"
SIDE = 32
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
# (width, height) of the images that are scored: square, smaller, both orientations, odd, as it is.
SIZES = [(64, 64), (20, 20), (90, 41), (41, 90), (33, 57), (SIDE, SIDE)]
# (width, height, new width, new height, Pillow's filter): shrinking, enlarging, one side only, to and from one
# pixel, tall and wide.
RESIZES = [
    (50, 40, 17, 13, 3), (13, 9, 29, 31, 3), (40, 30, 40, 10, 3), (40, 30, 11, 30, 3), (7, 5, 1, 1, 3), (1, 1, 6, 4, 3),
    (50, 40, 17, 13, 2), (9, 13, 31, 20, 2), (41, 90, 32, 70, 3), (90, 41, 70, 32, 3), (20, 40, 25, 30, 3),
]
PROMPTS = ["a red fox, 3d", "A photo of  a CAT!", "don't   stop", "ünïcödé 日本 🦊", "word " * 60, "x"]
SENTENCES = ["a photo of a red fox", "a picture of the cat that sat on a mat", "a drawing of two birds", "don't stop, won't stop"]


class TextEncoder(torch.nn.Module):
    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.model, self.projection = model.text_model, model.text_projection

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.projection(self.model(input_ids=input_ids, attention_mask=attention_mask).pooler_output)


class VisionEncoder(torch.nn.Module):
    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.model, self.projection = model.vision_model, model.visual_projection

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.projection(self.model(pixel_values=pixel_values).pooler_output)


def learn_vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """A small BPE with every byte, in the order of CLIP's: bytes, bytes that end a word, merges, special tokens."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=700, end_of_word_suffix="</w>", initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    merges = [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    return vocabulary_of(alphabet, merges), merges


def vocabulary_of(alphabet: list[str], merges: list[tuple[str, str]]) -> dict[str, int]:
    tokens = [*alphabet, *(letter + "</w>" for letter in alphabet), *("".join(pair) for pair in merges), BEGIN, END]
    return {token: index for index, token in enumerate(dict.fromkeys(tokens))}


def clip_vocabulary(path: Path) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """As in openai/CLIP's simple_tokenizer.py."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = [*map(chr, printable), *(chr(256 + index) for index in range(len(others)))]
    lines = gzip.open(path).read().decode("utf-8").split("\n")[1 : 49152 - 256 - 2 + 1]
    merges = [tuple(line.split()) for line in lines]
    return vocabulary_of(alphabet, merges), merges


def tiny_model(vocabulary: dict[str, int]) -> CLIPModel:
    torch.manual_seed(0)
    width = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 2, "num_hidden_layers": 2}
    ends = {"bos_token_id": vocabulary[BEGIN], "eos_token_id": vocabulary[END], "pad_token_id": vocabulary[END]}
    text = {**width, "vocab_size": len(vocabulary), "max_position_embeddings": 24, **ends}
    vision = {**width, "image_size": SIDE, "patch_size": 8}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)).eval()


def write_onnx(net: torch.nn.Module, example: tuple[torch.Tensor, ...], names: list[str], output: str, path: Path) -> None:
    batch = torch.export.Dim("batch", min=1, max=64)
    shapes = tuple({0: batch} for _ in example)
    program = torch.onnx.export(
        net.eval(), example, input_names=names, output_names=[output], dynamic_shapes=shapes, opset_version=18, dynamo=True, verbose=False
    )
    model = program.model_proto
    for part in [*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    model.graph.ClearField("value_info")
    model.graph.ClearField("metadata_props")
    model.ClearField("metadata_props")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def picture(width: int, height: int) -> Image.Image:
    return Image.fromarray((scene(width, height) + noise(width, height)).clip(0, 255).astype(np.uint8))


def base64_of(image: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(image, dtype=np.uint8).tobytes()).decode("ascii")


def write_folder(folder: Path, model: CLIPModel, tokenizer: CLIPTokenizer, processor: CLIPImageProcessorPil) -> None:
    tokens = tokenizer(PROMPTS[:2], padding="max_length", truncation=True, return_tensors="pt")
    example = (tokens["input_ids"], tokens["attention_mask"])
    write_onnx(TextEncoder(model), example, ["input_ids", "attention_mask"], "text_embeds", folder / "onnx/text_model.onnx")
    pixels = torch.zeros(2, 3, SIDE, SIDE)
    write_onnx(VisionEncoder(model), (pixels,), ["pixel_values"], "image_embeds", folder / "onnx/vision_model.onnx")
    processor.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@torch.no_grad()
def scores(model: CLIPModel, tokenizer: CLIPTokenizer, processor: CLIPImageProcessorPil) -> dict:
    images = [picture(*size) for size in SIZES]
    pixels = torch.cat([torch.as_tensor(np.stack(processor(image)["pixel_values"])) for image in images])
    tokens = tokenizer(PROMPTS, padding="max_length", truncation=True, return_tensors="pt")
    text, vision = TextEncoder(model)(**tokens), VisionEncoder(model)(pixels)
    cosine = torch.nn.functional.normalize(vision, dim=-1) @ torch.nn.functional.normalize(text, dim=-1).T
    return {
        "sizes": SIZES,
        "prompts": PROMPTS,
        "ids": tokens["input_ids"].tolist(),
        "pixelSums": pixels.double().abs().sum(dim=(1, 2, 3)).tolist(),
        "firstPixels": pixels[:, :, 0, 0].tolist(),
        "textEmbeds": text[0].tolist(),
        "imageEmbeds": vision[0].tolist(),
        "cosine": cosine.tolist(),
    }


def strings(count: int = 1000) -> list[str]:
    """Words, contractions, numbers, punctuation, scripts, symbols, white space and special tokens, thrown together."""
    source = random.Random(0)
    words = (
        "a photo of the fox isn't they're I'll we've he'd I'm dog's COOL MiXeD café naïve 日本語 привет עברית हिन्दी 🦊 "
        "👩‍🚀 ½ ² 12 1234 3d 50% ... !? --- #tag @me (x) [y] {z} a_b e=mc2 http://x.org/a?b=1 <|endoftext|> é ﬁ İ"
    ).split(" ")
    gaps = [" ", " ", " ", "  ", "\t", "\n", "", ", ", "-"]
    return ["".join(source.choice(words) + source.choice(gaps) for _ in range(source.randint(0, 9))) for _ in range(count)]


def tokenizer_of(vocabulary: dict[str, int], merges: list[tuple[str, str]], length: int) -> CLIPTokenizer:
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=length)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", type=Path)
    options = parser.parse_args()
    installed = {name: version(name) for name in PINNED}
    if {**installed, "torch": installed["torch"].split("+")[0]} != PINNED:
        raise SystemExit(f"needs {PINNED}, found {installed}")
    vocabulary, merges = learn_vocabulary()
    tokenizer, model = tokenizer_of(vocabulary, merges, 24), tiny_model(vocabulary)
    processor = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    write_folder(FIXTURES / "clip-tiny", model, tokenizer, processor)
    resized = [
        {"from": r[:2], "to": r[2:4], "resample": r[4], "bytes": base64_of(np.asarray(picture(*r[:2]).resize(r[2:4], r[4])))}
        for r in RESIZES
    ]
    document = {"versions": PINNED, "resized": resized, **scores(model, tokenizer, processor)}
    (FIXTURES / "clip-reference.json").write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.vocabulary is not None:
        full = tokenizer_of(*clip_vocabulary(options.vocabulary), 77)
        lines = [json.dumps([text, full(text)["input_ids"]], ensure_ascii=False) for text in strings()]
        (FIXTURES / "clip-tokens.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
