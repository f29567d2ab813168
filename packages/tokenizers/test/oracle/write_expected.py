"""Writes what the Python library `tokenizers` makes of many texts: one JSON object a line, gzip'd.

    python write_expected.py OUT --telling 12 --trained 400
    python write_expected.py OUT --telling 0 --trained 0 --files 5000 emoji=FOLDER/tokenizer.json clip=FOLDER/tokenizer ...

A `tokenizer.json` is read by `tokenizers`; a folder by `transformers`, by the class that it names and by its fast one.
"""

import argparse
import gzip
import json
import pathlib

from documents import documents
from texts import texts
from tokenizers import Tokenizer

EXTRA = ["<|STARTOFTEXT|>", "<|EndOfText|>", ".<|Startoftext|>"]


def of_document(name, document, count):
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokens = [token["content"] for token in document["added_tokens"]]
    given = texts(name, count, tokens + [token.upper() for token in tokens[:3]])
    ids = [encoding.ids for encoding in tokenizer.encode_batch(given)]
    bare = [encoding.ids for encoding in tokenizer.encode_batch(given, add_special_tokens=False)]
    return {"name": name, "document": document, "texts": given, "ids": ids, "bare": bare, "size": tokenizer.get_vocab_size()}


def of_folder(name, folder, count):
    import transformers

    def parsed(file):
        path = folder / file
        return json.loads(path.read_text()) if path.exists() else None

    settings = parsed("tokenizer_config.json")
    slow = settings["tokenizer_class"].removesuffix("Fast")
    for chosen in (slow, f"{slow}Fast"):
        tokenizer = getattr(transformers, chosen).from_pretrained(folder)
        given = texts(name, count, list(tokenizer.get_added_vocab()) + EXTRA)
        files = {
            "vocab": parsed("vocab.json"),
            "merges": (folder / "merges.txt").read_text(),
            "addedTokens": parsed("added_tokens.json"),
            "settings": {**settings, "tokenizer_class": chosen},
            "specialTokensMap": parsed("special_tokens_map.json"),
        }
        ids = [tokenizer(text)["input_ids"] for text in given]
        bare = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in given]
        yield {"name": f"{name} {chosen}", "files": files, "texts": given, "ids": ids, "bare": bare, "size": len(tokenizer)}


def entries(arguments):
    for name, document in documents() if arguments.telling or arguments.trained else ():
        telling = name.startswith(("normalizer", "pre-tokenizer", "pattern", "removed", "added", "post-processor"))
        yield of_document(name, document, arguments.telling if telling else arguments.trained)
    for given in arguments.given:
        name, path = given.split("=", 1)
        if path.endswith(".json"):
            yield of_document(name, json.loads(pathlib.Path(path).read_text()), arguments.files)
        else:
            yield from of_folder(name, pathlib.Path(path), arguments.files)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("given", nargs="*")
    parser.add_argument("--telling", type=int, default=0, help="texts for each document that tells how texts are cut")
    parser.add_argument("--trained", type=int, default=0, help="texts for each model that was trained")
    parser.add_argument("--files", type=int, default=0, help="texts for each tokenizer that is given")
    arguments = parser.parse_intermixed_args()
    with gzip.GzipFile(arguments.out, "wb", mtime=0) as out:
        for entry in entries(arguments):
            out.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


if __name__ == "__main__":
    main()
