"""Small tokenizers of our own: every normalizer, pre-tokenizer, model and post-processor, and what each can be told."""

import json

from charsmap import CHARSMAP
from texts import texts
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
DEEPSEEK = [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
PATTERNS = {
    "gpt4": GPT4, "o200k": O200K, "cl100k": CL100K, "bloom": BLOOM, "clip": CLIP, "digit": r"\d", "no digits": r"\D+", "word": r"\w+", "no word": r"\W",
    "space": r"\s+", "no space": r"\S{2,3}", "line": "^.", "end": ".$", "dot": "..", "start of text": r"\A.", "end of text": r".\Z", "very end": r".\z",
    "boundary": r"\b", "no boundary": r"\B.", "han": r"\p{Han}+", "scripts": r"[\p{Greek}\p{Cyrillic}]+|\p{Arabic}", "not letters": r"\P{L}+", "caret": r"\p{^L}",
    "marks": r"\p{M}+", "punctuation": r"[\p{P}\p{S}]", "posix": "[[:alpha:]]+|[[:punct:]]", "posix not": "[[:^alnum:]]", "and": r"[\w&&[^a-m\d]]+", "possessive": "[a-z]++|[A-Z]*+x",
    "atomic": r"(?>a+|\p{Lu})b?", "lazy": "a.*?[aeiou]", "counts": "[a-z]{2}|[A-Z]{,2}x|[0-9]{2,}", "counts twice": "(?:[a-z]{2}){2}?", "behind": r"(?<=\s)\S|(?<!\w)\d",
    "named": "(?<a>[aeiou])(b|c)?", "option": "a(?i)B|[e-g]", "case": "(?i:[a-f]x?|'S)", "dot all": "(?m:a.)", "escapes": r"\t|\n|\x{41}|\u00e9|\x42|\.", "empty": "x*",
    "others": r"\p{Lu}\p{Ll}*|\p{Lo}|\p{Nd}|\p{No}|\p{Zs}|\p{Sc}|\p{Cf}|\p{Cn}|\p{Co}", "long names": r"\p{Uppercase_Letter}|\p{Number}|\p{Alphabetic}+", "hex": r"\h+", "braces": "a{|b{x}|[{}]",
}


def byte_vocab():
    return {f"<0x{byte:02X}>": byte for byte in range(256)}


def telling():
    """A model whose ids tell the bytes of every piece, and where it ends."""
    return {"type": "BPE", "vocab": byte_vocab(), "merges": [], "byte_fallback": True, "end_of_word_suffix": "|", "unk_token": None, "dropout": None, "continuing_subword_prefix": None, "fuse_unk": False, "ignore_merges": False}


def document(normalizer=None, pre_tokenizer=None, model=None, post_processor=None, added=()):
    tokens = [
        {"id": 0, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False, **token}
        for token in added
    ]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": None, "model": model or telling()}


def normalizers():
    plain = [{"type": name} for name in ("NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents", "ByteLevel")]
    plain += [{"type": "Strip", "strip_left": left, "strip_right": right} for left in (True, False) for right in (True, False)]
    plain += [{"type": "Prepend", "prepend": "▁"}, {"type": "Precompiled", "precompiled_charsmap": CHARSMAP}]
    plain += [{"type": "Replace", "pattern": {"String": "a"}, "content": "$1 é"}, {"type": "Replace", "pattern": {"String": "."}, "content": ""}, {"type": "Replace", "pattern": {"String": ""}, "content": "_"}]
    plain += [{"type": "Replace", "pattern": {"Regex": pattern}, "content": content} for pattern, content in ((r"\s{2,}", "▁"), ("(l)(e)", "$1"), ("[aeiou]*", "x"), (r"\p{M}", ""))]
    plain += [
        {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}
        for clean in (True, False) for chinese in (True, False) for accents in (True, False, None) for lower in (True, False)
    ]
    sequences = [["NFD", "StripAccents", "Lowercase"], ["NFKC", "Lowercase"], ["Nmt", "NFKC"]]
    plain += [{"type": "Sequence", "normalizers": [{"type": name} for name in names]} for names in sequences]
    plain += [{"type": "Sequence", "normalizers": []}]
    return plain


def splitters():
    yield from ({"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex} for prefix in (True, False) for regex in (True, False))
    yield from ({"type": name} for name in ("Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts"))
    yield from ({"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS)
    yield from ({"type": "Digits", "individual_digits": each} for each in (True, False))
    yield from ({"type": "CharDelimiterSplit", "delimiter": char} for char in ("e", "-", "é"))
    yield from ({"type": "FixedLength", "length": length} for length in (1, 5))
    yield from ({"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split} for scheme in ("first", "never", "always") for split in (True, False))
    yield {"type": "Metaspace", "replacement": "_", "add_prefix_space": True}
    yield {"type": "Metaspace", "replacement": "▁", "add_prefix_space": False, "prepend_scheme": "never"}
    yield from ({"type": "Split", "pattern": {"String": text}, "behavior": behavior, "invert": invert} for text in (" ", "a", ". ", "") for behavior in BEHAVIORS for invert in (False, True))
    yield from ({"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert} for pattern in (r"\s+", r"\w+|[^\w\s]+", "x*") for behavior in BEHAVIORS for invert in (False, True))
    yield {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}]}
    yield {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False} for pattern in DEEPSEEK] + [{"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}
    yield {"type": "Sequence", "pretokenizers": [{"type": "Punctuation", "behavior": "Isolated"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}]}
    yield {"type": "Sequence", "pretokenizers": []}


def added_tokens():
    every = [{"content": "<s>", "special": True}, {"content": "</s>", "special": True}, {"content": "<mask>", "special": True, "lstrip": True}, {"content": "<sep>", "rstrip": True, "special": True}]
    yield every
    yield [{"content": content, "single_word": True} for content in ("fox", "the", "é", "cats", "'", "日")]
    yield [{"content": content, "lstrip": True, "rstrip": True, "normalized": True} for content in ("fox", "A", "Café", "ﬁ")]
    yield [{"content": content} for content in ("a", "ab", "abc", "b", "bc", "the red", "red", " fox", "fox ")]
    yield [{"content": content, "normalized": True} for content in ("FOX", "fox", "É", "e\u0301", "Ａ", "The")]
    yield [{"content": "fox", "special": True, "normalized": True, "single_word": True}, {"content": "fox", "normalized": True, "rstrip": True}]
    yield [{"content": "<0x41>"}, {"content": "new"}, {"content": "a", "rstrip": True}, {"content": " a", "lstrip": True}]
    yield [{"content": "__proto__"}, {"content": "constructor", "single_word": True}]


def template(single, special):
    def slot(name):
        return {"Sequence": {"id": "A", "type_id": 0}} if name == "$A" else {"SpecialToken": {"id": name, "type_id": 0}}

    tokens = {name: {"id": name, "ids": ids, "tokens": [name] * len(ids)} for name, ids in special.items()}
    pair = [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]
    return {"type": "TemplateProcessing", "single": [slot(name) for name in single], "pair": pair, "special_tokens": tokens}


def post_processors():
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    bert = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    yield byte_level
    yield bert
    yield {"type": "RobertaProcessing", "sep": ["</s>", 3], "cls": ["<s>", 2], "trim_offsets": True, "add_prefix_space": True}
    yield template(["<s>", "$A", "</s>"], {"<s>": [2], "</s>": [3, 4]})
    yield template(["$A", "$A", "x"], {"x": [7], "y": []})
    yield template([], {})
    yield {"type": "Sequence", "processors": [byte_level, template(["$A", "</s>"], {"</s>": [3]})]}
    yield {"type": "Sequence", "processors": [bert, template(["<s>", "$A"], {"<s>": [9]})]}
    yield {"type": "Sequence", "processors": [template(["<s>", "$A"], {"<s>": [9]}), bert]}
    yield {"type": "Sequence", "processors": []}


def trained(model, trainer, pre_tokenizer):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizer
    kept = ["".join(char for char in text if ord(char) < 0x250) for text in texts("training", 3000)]
    tokenizer.train_from_iterator(kept, trainer)
    return json.loads(tokenizer.to_str())["model"]


def trained_models():
    split = pre_tokenizers.WhitespaceSplit()
    whitespace = {"type": "WhitespaceSplit"}
    plain = trained(models.BPE(unk_token="<unk>"), trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], limit_alphabet=80, show_progress=False), split)
    for fuse in (True, False):
        for ignore in (True, False):
            yield f"bpe fuse {fuse} ignore {ignore}", whitespace, {**plain, "fuse_unk": fuse, "ignore_merges": ignore}
    yield "bpe without unknown", whitespace, {**plain, "unk_token": None}
    yield "bpe with lines", whitespace, {**plain, "merges": ["#version: 0.2"] + [" ".join(pair) for pair in plain["merges"]]}
    fallback = {**plain["vocab"], **{token: 1000 + byte for token, byte in byte_vocab().items() if byte != 0xA9}}
    for fuse in (True, False):
        yield f"bpe fallback fuse {fuse}", whitespace, {**plain, "vocab": fallback, "byte_fallback": True, "fuse_unk": fuse}
    affixed = trained(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", end_of_word_suffix="</w>"), trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], limit_alphabet=60, continuing_subword_prefix="##", end_of_word_suffix="</w>", show_progress=False), split)
    yield "bpe affixed", whitespace, affixed
    shuffled = sorted(plain["merges"], key=lambda pair: (len(pair[1]), pair))
    yield "bpe other order", whitespace, {**plain, "merges": shuffled}
    byte_level = trained(models.BPE(), trainers.BpeTrainer(vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False), pre_tokenizers.ByteLevel(add_prefix_space=False))
    yield "bpe of bytes", {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}, byte_level
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    unigram = trained(models.Unigram(), trainers.UnigramTrainer(vocab_size=700, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False), pre_tokenizers.Metaspace())
    kept = [entry for entry in unigram["vocab"] if len(entry[0]) > 1 or entry[0].isascii()]
    yield "unigram", metaspace, {**unigram, "vocab": kept}
    yield "unigram unsplit", {**metaspace, "split": False}, {**unigram, "vocab": kept}
    spelled = kept + [[token, -20.0] for token in byte_vocab()]
    yield "unigram fallback", metaspace, {**unigram, "vocab": spelled, "byte_fallback": True}
    yield "unigram part of fallback", metaspace, {**unigram, "vocab": spelled[:-80], "byte_fallback": True}
    yield "unigram twice", metaspace, {**unigram, "vocab": kept + kept[5:40]}
    word_piece = trained(models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer(vocab_size=500, special_tokens=["[UNK]"], limit_alphabet=80, show_progress=False), pre_tokenizers.BertPreTokenizer())
    for most in (100, 4, 0):
        yield f"word piece {most}", {"type": "BertPreTokenizer"}, {**word_piece, "max_input_chars_per_word": most}
    yield "word piece without prefix", {"type": "BertPreTokenizer"}, {**word_piece, "continuing_subword_prefix": ""}
    word_level = trained(models.WordLevel(unk_token="<unk>"), trainers.WordLevelTrainer(vocab_size=400, special_tokens=["<unk>"], show_progress=False), pre_tokenizers.Whitespace())
    yield "word level", {"type": "Whitespace"}, word_level
    yield "untyped word level", {"type": "Whitespace"}, {name: value for name, value in word_level.items() if name != "type"}
    yield "untyped bpe", whitespace, {name: value for name, value in plain.items() if name != "type"}


def documents():
    """Names and documents."""
    for number, normalizer in enumerate(normalizers()):
        yield f"normalizer {number} {normalizer['type']}", document(normalizer=normalizer)
    for number, splitter in enumerate(splitters()):
        yield f"pre-tokenizer {number} {splitter['type']}", document(pre_tokenizer=splitter)
    for name, pattern in PATTERNS.items():
        yield f"pattern {name}", document(pre_tokenizer={"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False})
        yield f"removed {name}", document(pre_tokenizer={"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Removed", "invert": False})
    lower = {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}
    first = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
    for number, tokens in enumerate(added_tokens()):
        yield f"added {number}", document(added=tokens, pre_tokenizer=first)
        yield f"added normalized {number}", document(added=tokens, normalizer=lower)
        yield f"added word {number}", document(added=tokens, normalizer={"type": "Strip", "strip_left": True, "strip_right": True}, pre_tokenizer=first)
    for number, processor in enumerate(post_processors()):
        yield f"post-processor {number} {processor['type']}", document(post_processor=processor)
    for name, splitter, model in trained_models():
        yield name, document(pre_tokenizer=splitter, model=model, normalizer={"type": "NFC"})
