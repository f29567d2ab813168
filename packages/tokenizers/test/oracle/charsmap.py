"""A `precompiled_charsmap` of a few replacements of our own, in the format of SentencePiece."""

import base64
import struct

REPLACEMENTS = {
    "ﬁ": "fi", "½": "1/2", "①": "1", "\u00a0": " ", "\t": " ", "\u200b": "", "A": "a", "e\u0301": "é", "が": "か\u3099",
    "☃": "snow man", "©": "(c)", "न": "n", "ः": ":", "🇩": "D", "\ufeff": "", "ﷺ": "صلى الله", "İ": "i", "각": "gag", "\u0301": "'",
}


def build(replacements):
    texts, values = b"", {}
    for key, text in replacements.items():
        values[key.encode()] = len(texts)
        texts += text.encode() + b"\0"
    units, used = [0] * 65536, {0}

    def children(prefix):
        keys = [key for key in values if key.startswith(prefix)]
        labels = {key[len(prefix)] for key in keys if len(key) > len(prefix)}
        return ({0} if prefix in values else set()) | labels

    def place(prefix, position):
        labels = children(prefix)
        # A base of its own block: no child of another node lies there.
        base = next(b for b in range(256, 65536, 1) if all((b ^ label) not in used for label in labels))
        used.update(base ^ label for label in labels)
        offset = position ^ base
        assert offset < 1 << 21
        units[position] |= offset << 10
        if 0 in labels:
            units[position] |= 1 << 8
            units[base] = values[prefix] | 1 << 31
        for label in sorted(labels - {0}):
            units[base ^ label] = label
            place(prefix + bytes([label]), base ^ label)

    place(b"", 0)
    size = (max(used) | 255) + 1
    trie = b"".join(struct.pack("<I", unit) for unit in units[:size])
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + texts).decode()


CHARSMAP = build(REPLACEMENTS)
