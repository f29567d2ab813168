"""Writes what ftfy 6.3 and the cleaning of Diffusers' WanPipeline make of many texts: one JSON object a line.

    python write_cleaned.py OUT --random 150
"""

import argparse
import json
import pathlib
import random
from html.entities import html5

import ftfy
from diffusers.pipelines.wan.pipeline_wan import prompt_clean

TELLING = [
    "a red fox in the snow",
    "a red fox &amp; a   black  cat,\n the camera moves slowly ",
    "don’t say “never”, it’s l'été — naïve café über straße 5µm ½ ² © ® ™ € …",
    "猫が好き 고양이 кошка γάτα Łódź Đà Nẵng 🦊 👩‍🎨",
    "sÃ³ schÃ¶n voilÃ le travail Ã la mode â€œquotedâ€\x9d itâ€™s ðŸ˜€",
    "ÃƒÂ© Ã¢â‚¬â„¢ twice",
    "plain café and then broken cafÃ© in one line",
    "â€œ lost â€� and Â° Â£5",
    "Ð¡Ð¾Ð±Ð°ÐºÐ° ÎºÏŒÏƒÎ¼Îµ ĂĽ Ä™Ĺ‚ √± ‚Äì",
    "í ½í¸€ \u00c0\u0080 \u00ed\u00a0\u00bd\u00ed\u00b8\u0080",
    "(｡◕‿◕｡) ಠ_ಠ ▀▄█ ÒwÓ",
    "ﬁne ﬂower ĳ Ǆ Ｗｉｄｅ　ｔｅｘｔ ｶﾀｶﾅﾞ ＆amp;",
    "\x1b[31mred\x1b[0m \x07bell \ufeffmark \u200bzero \u00adsoft \ufffd",
    "one\r\ntwo\rthree\u2028four\u2029five\x85six",
    "\x91single\x92 \x93double\x94 \x81",
    "&lt;b&gt; &AMP; &EACUTE; &eacute; &SZLIG; &NTILDE; &nTILDE; &LTCC; &AMPERSAND;",
    "&#8217; &#x27; &#150; &#0; &#xd800; &#1; &#x10ffff; &#1114112; &#38;amp; &#13; &nbsp;",
    "&notit; this&not that &copy &copyright &ltlt; &Jscr;ohn &amp;amp;amp; &; &# &#x; &a",
    "<b>bold</b> &amp; not unescaped\nnor &lt; here",
    "&amp; before\n<i>html</i> &amp; within\n&amp; after",
    "\x1f \x1c\u3000 around \u2003\xa0",
    "e\u0301 a\u030a \u1100\u1161",
    "",
    " ",
]
ENCODINGS = ["latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253"]
ENCODINGS += ["sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437"]
BLOCKS = [(0x80, 0x180), (0x370, 0x460), (0x2000, 0x2300), (0x20, 0x7F), (0x2500, 0x25FF), (0x20, 0xD800)]


def word(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(" ".join(TELLING).split(" "))
    if kind < 0.65:
        return f"&{rng.choice(list(html5))}{rng.choice(['', ';'])}"
    return "".join(chr(rng.randrange(*rng.choice(BLOCKS))) for _ in range(rng.randrange(1, 5)))


def text(rng: random.Random) -> str:
    made = rng.choice(["", " "]).join(word(rng) for _ in range(rng.randrange(1, 6)))
    for _ in range(rng.choice([0, 1, 1, 2])):
        try:
            made = made.encode().decode(rng.choice(ENCODINGS))
        except UnicodeDecodeError:
            continue
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=150)
    options = parser.parse_args()
    rng = random.Random(0)
    texts = TELLING + [text(rng) for _ in range(options.random)]
    lines = [json.dumps({"text": one, "fixed": ftfy.fix_text(one), "cleaned": prompt_clean(one)}) for one in texts]
    options.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
