"""Writes src/unicode/tables.ts: what the Python library `tokenizers` takes each character for.

    python write_tables.py ../../src/unicode/tables.ts

The library is built of parts that follow different versions of Unicode; each table is measured, character by character, so
that ids do not depend on the version that a JavaScript engine follows. A table is a list of ranges in base 36, each
"gap" or "gap,length": code points between the end of the last range and this one, and its length where that is not 1.
"""

import sys
import unicodedata

from tokenizers import Regex, __version__
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as P

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(value):
    text = ""
    while True:
        value, digit = divmod(value, 36)
        text = DIGITS[digit] + text
        if value == 0:
            return text


def encode(members):
    parts, end, start, last = [], 0, None, None

    def close():
        nonlocal end
        if start is None:
            return
        length = last - start + 1
        parts.append(base36(start - end) + ("" if length == 1 else "," + base36(length)))
        end = last + 1

    for code in sorted(members):
        if last is None or code != last + 1:
            close()
            start = code
        last = code
    close()
    return " ".join(parts)


def removed_by(pre_tokenizer):
    return {c for c in CODE_POINTS if pre_tokenizer.pre_tokenize_str(chr(c)) == []}


def unassigned():
    return removed_by(P.Split(Regex(r"\p{Cn}"), "removed"))


def unassigned_in_python():
    """What a slow tokenizer of transformers takes for unassigned, under the Python that runs this."""
    return {c for c in CODE_POINTS if unicodedata.category(chr(c)) == "Cn"}


def word():
    whitespace = P.Whitespace()
    return {c for c in CODE_POINTS if len(whitespace.pre_tokenize_str("a" + chr(c))) == 1 and whitespace.pre_tokenize_str(chr(c))}


def numeric():
    digits = P.Digits(individual_digits=True)
    return {c for c in CODE_POINTS if len(digits.pre_tokenize_str("a" + chr(c))) == 2}


def control():
    normalizer = N.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return {c for c in CODE_POINTS if normalizer.normalize_str(f"a{chr(c)}a") == "aa"}


def nonspacing():
    normalizer = N.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    return {c for c in CODE_POINTS if len(normalizer.normalize_str(chr(c))) < len(N.NFD().normalize_str(chr(c)))}


def normalized():
    """Characters that normalization changes, moves or joins; all others stay as they are, whatever stands beside them."""
    decomposed, moved, parts = set(), set(), set()
    nfd, nfkd, nfc = N.NFD(), N.NFKD(), N.NFC()
    for code in CODE_POINTS:
        char = chr(code)
        full = nfkd.normalize_str(char)
        if full != char:
            decomposed.add(code)
        canonical = nfd.normalize_str(char)
        if canonical != char:
            parts.update(map(ord, canonical))
            # Characters that are put together step by step.
            parts.update(map(ord, (nfc.normalize_str(canonical[:k]) for k in range(2, len(canonical)) if len(nfc.normalize_str(canonical[:k])) == 1)))
        elif nfd.normalize_str("a\u0345" + char) != "a\u0345" + char:
            moved.add(code)
    return decomposed | moved | parts | {0x345}


TABLES = {
    "UNASSIGNED": ("Characters that regular expressions take for unassigned.", unassigned),
    "UNASSIGNED_IN_PYTHON": (f"Characters that Python 3.{sys.version_info.minor} takes for unassigned.", unassigned_in_python),
    "WORD": ("What `Whitespace` and added tokens take for a character of a word.", word),
    "NUMERIC": ("What `Digits` takes for a digit.", numeric),
    "PUNCTUATION": ("What `Punctuation` and `BertPreTokenizer` take for punctuation.", lambda: removed_by(P.Punctuation("removed"))),
    "CONTROL": ("What `BertNormalizer` removes as control characters.", control),
    "NONSPACING": ("What `BertNormalizer` removes as accents.", nonspacing),
    "MARK": ("What `StripAccents` removes.", lambda: {c for c in CODE_POINTS if N.StripAccents().normalize_str(chr(c)) == ""}),
    "NORMALIZED": ("Characters that the normalization forms change, move or join.", normalized),
}


def scripts():
    """Runs of characters of one script, as `UnicodeScripts` tells them apart; 0 is any."""
    split = P.UnicodeScripts()
    stands_for, runs, last = [], [], None

    def joined(left, right):
        return len(split.pre_tokenize_str(left + right)) == 1

    def script_of(char):
        if joined("a", char) and joined("\u044f", char):
            return 0
        if last and joined(stands_for[last - 1], char):
            return last
        for number, other in enumerate(stands_for):
            if joined(other, char):
                return number + 1
        stands_for.append(char)
        return len(stands_for)

    for code in CODE_POINTS:
        script = script_of(chr(code))
        last = script or last
        if runs and runs[-1][2] == script and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code, script])
    end, parts = 0, []
    for first, final, script in runs:
        if script == 0:
            continue
        parts.append(f"{base36(first - end)},{base36(final - first + 1)},{base36(script)}")
        end = final + 1
    return " ".join(parts)


def wrapped(name, text, comment):
    lines, line = [], ""
    for part in text.split(" "):
        if len(line) + len(part) + 1 > 96:
            lines.append(line)
            line = ""
        line += part + " "
    lines.append(line.rstrip())
    body = " +\n".join(f"  '{line}'" for line in lines)
    return f"/** {comment} */\nexport const {name}: string =\n{body}\n"


def main():
    parts = [f"// Written by test/oracle/write_tables.py from tokenizers {__version__}: ranges as ./ranges.ts reads them."]
    for name, (comment, members) in TABLES.items():
        parts.append(wrapped(name, encode(members()), comment))
    parts.append(wrapped("SCRIPTS", scripts(), "Scripts as `UnicodeScripts` tells them apart: gap, length and a number for the script."))
    with open(sys.argv[1], "w") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    main()
