"""Texts that tell tokenizers apart: mixtures of scripts, spaces, marks, punctuation, emoji and what is none of these."""

import random

WORDS = {
    "latin": "the a red fox, 3D render of cats don't DON'T you're we'll I've it's naïve Café Zürich señor Ångström œuvre straße ÇA İstanbul ıI ﬁnal oﬃce Dž ǅ".split(),
    "greek": "ΟΔΥΣΣΕΥΣ Σίσυφος ΣΑΣ. ΑΣ1 ΛΟΓΟΣ-ΣΟΦΟΣ ἀρχή ς Σ ᾼᾳ".split(),
    "cyrillic": "Привет мир Ёлка ЙОГ ѵѷ Ӂ".split(),
    "arabic": "السلام عليكم ﷺ ﻻ لا ۱۲۳ قُرْآن".split(),
    "hebrew": "שָׁלוֹם עולם יִ ﬡ".split(),
    "devanagari": "नमस्ते क़ क्षत्रिय हिन्दी क्क़".split(),
    "thai": "สวัสดีน้ำ ำน ภาษาไทย".split(),
    "cjk": "你好世界 日本語テスト カタカナ ひらがな ー 漢字﨑 㐀 𠀀 ｶﾞｷﾞ ㍿ ㋿ ㌔".split(),
    "hangul": ["한국어", "\u1112\u1161\u11ab", "\uac00\u11a8", "\u1100\u1161", "ㅎㅏㄴ"],
    "math": "𝔾𝕠𝕠𝕕 𝒳 ½ ² ³ x² ① Ⅷ ⅷ ∑ √2 ≠ ∞ H₂O".split(),
    "wide": "ＦＵＬＬ　ｗｉｄｔｈ １２３ ！？".split(),
}
EMOJI = ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "🇫🇷🇩", "❤️", "✈︎", "🏳️‍🌈", "#️⃣", "🤷🏻‍♀️", "©‍©", "🫠", "🫩", "™‍"]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\v", "\f", "\x1c", "\x1f", "\x85", "\xa0", "\u1680", "\u180e", "\u2000", "\u2003", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff", "\u200b", "\u2060"]
INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\ufffd", "\x00", "\x01", "\x07", "\x08", "\x1b", "\x7f", "\x80", "\x8f", "\x9f", "\xad", "\u061c", "\u180e", "\ue000", "\U000e0001", "\U000e0041", "\U0010fffd"]
MARKS = ["\u0300", "\u0301", "\u0308", "\u0323", "\u0327", "\u0345", "\u0334", "\u20dd", "\u093c", "\u05b0", "\u3099", "\u1acf", "\u0897", "\ufe0f", "\u1cf2", "\U0001e6e3", "\u1734", "\u0e33"]
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + list("¡§«»¿‐–—‘’“”…‰′⁇、。「」！？؟।፧᙭₽€£¥₿￠") + ["...", "!!!", "?!", "--", "''", '""', "``", "->", "://", "(((", "__", "\u2e5d", "\u061d", "\U00010ed0", "\u20c1"]
DIGITS = ["0", "7", "42", "1234567890", "3.14", "1,000", "٣٤", "०१", "๑", "Ⅻ", "¾", "፲", "𝟘", "1st", "2x4", "v1.2.3", "१२३abc"]
CONTRACTIONS = ["'s", "'S", "'t", "'T", "'re", "'RE", "'ve", "'m", "'M", "'ll", "'LL", "'d", "'D", "’s", "'ſ", "can't", "IT'S", "y'all", "'k"]
RARE = ["ͅ", "ß", "ẞ", "ſ", "K", "Å", "ﬀ", "ﬆ", "ʼn", "ǰ", "ΐ", "և", "ﬓ", "Ꞌ", "\u0378", "\u05ff", "\u088f", "\u0c5c", "\ua7ce", "\ua7f1", "\uab69", "\U000105c9", "\U00011938", "\U00016ea0", "\U0001fbf0", "\U0002ebf0", "\U00032000", "\U000323b0", "\U0003fffd", "\u32ff", "\U0001ccd6", "\ufdd0", "\U000107a0", "\u0600a", "\U000110bdx", "\u0e4d", "\u1e9e", "\u2126", "\u0340", "\u0958\u0301", "ﬁ\u0301", "\u00bd\u0308", "\u2474\u0301", "▁", "▁▁a", "Ġ", "\u1c89", "\u1c8a", "\ua7cb", "\u0264"]


def letter(rng):
    return rng.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def any_character(rng):
    while True:
        code = rng.choice([rng.randrange(0x80), rng.randrange(0x3000), rng.randrange(0x10000), rng.randrange(0x20000), rng.randrange(0x110000)])
        if not 0xD800 <= code < 0xE000:
            return chr(code)


def part(rng, special):
    kind = rng.randrange(14)
    if kind < 4:
        return rng.choice(WORDS[rng.choice(list(WORDS))])
    if kind == 4:
        return rng.choice(EMOJI)
    if kind == 5:
        return "".join(rng.choice(PUNCTUATION) for _ in range(rng.randint(1, 4)))
    if kind == 6:
        return rng.choice(DIGITS)
    if kind == 7:
        return rng.choice(CONTRACTIONS)
    if kind == 8:
        return rng.choice(INVISIBLE)
    if kind == 9:
        return letter(rng) + "".join(rng.choice(MARKS) for _ in range(rng.randint(1, 3)))
    if kind == 10:
        return rng.choice(RARE)
    if kind == 11:
        return "".join(any_character(rng) for _ in range(rng.randint(1, 4)))
    if kind == 12 and special:
        return rng.choice(special)
    return "".join(letter(rng) for _ in range(rng.randint(1, 9)))


def text(rng, special):
    if rng.random() < 0.02:
        return "".join(letter(rng) for _ in range(rng.randint(100, 400)))
    if rng.random() < 0.01:
        return rng.choice(["", " ", "\n", "  \t ", "\ufeff", "▁", "\u0301"])
    joined = rng.random() < 0.25
    parts = []
    for _ in range(rng.randint(1, 9)):
        parts.append(part(rng, special))
        if not joined or rng.random() < 0.2:
            parts.append(rng.choice(SPACES) if rng.random() < 0.4 else " ")
    if rng.random() < 0.7 and parts:
        parts.pop()
    if rng.random() < 0.15:
        parts.insert(0, rng.choice(SPACES))
    return "".join(parts)


def texts(seed, count, special=()):
    """Texts of a seed: always the same ones; `special` are tokens to put inside."""
    rng = random.Random(seed)
    return [text(rng, list(special)) for _ in range(count)]
