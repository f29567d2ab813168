import { expect, test } from 'vitest'
import { createTokenizer } from '../src/index.ts'
import { recorded } from './oracle.ts'

// Pieces as `tokenizers` 0.22.2 makes them, each ended by a bar.

/** A model whose ids are the bytes of every piece, and a bar behind it. */
const model = {
  type: 'BPE',
  vocab: Object.fromEntries(
    Array.from({ length: 256 }, (_, byte) => [
      `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
      byte,
    ]),
  ),
  merges: [],
  byte_fallback: true,
  end_of_word_suffix: '|',
}
const first = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true }
const words = { type: 'WhitespaceSplit' }
const marks = { type: 'Punctuation', behavior: 'Isolated' }
const letters = { type: 'FixedLength', length: 1 }
const bytes = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }
const strip = { type: 'Strip', strip_left: true, strip_right: true }
const before = { type: 'Prepend', prepend: '▁' }
/** Writes ½ as 1/2 and ﬁ as fi, drops U+200B, and more. */
const map = recorded()
  .map(({ document }) => (document as { normalizer?: { type: string } }).normalizer)
  .find((normalizer) => normalizer?.type === 'Precompiled')

function replace(pattern: object, content: string): object {
  return { type: 'Replace', pattern, content }
}

function piecesOf(text: string, normalizers: readonly unknown[], pretokenizers: readonly unknown[]): string {
  const tokenizer = createTokenizer({
    model,
    normalizer: { type: 'Sequence', normalizers },
    pre_tokenizer: { type: 'Sequence', pretokenizers },
  })
  return Buffer.from(tokenizer.encode(text).ids).toString()
}

test.each<readonly [readonly unknown[], readonly unknown[], string, string]>([
  [[], [words, first], ' ab cd', 'ab|cd|'],
  [[], [words, first], 'ab.cd cd', '▁ab.cd|cd|'],
  [[], [marks, first], "'ab'", "▁'|ab|'|"],
  [[], [marks, first], ' ab, cd', '▁ab|,|▁cd|'],
  [[], [letters, first], 'ab cd', '▁a|b|▁|c|d|'],
  [[], [first, first], 'ab cd', '▁ab|▁cd|'],
  [[], [bytes, first], 'ab cd', '▁Ġab|Ġcd|'],
  [[map], [letters, first], '½a', '▁1|▁/|▁2|a|'],
  [[map], [letters, first], 'ﬁx', '▁f|▁i|x|'],
  [[map], [letters, first], '\u200bab', '▁a|b|'],
  [[map], [letters, first], '\u200b\u200bab', '▁a|b|'],
  [[map], [letters, first], 'a\u200bb', '▁a|b|'],
  [[map], [letters, first], 'e\u0301x', '▁é|x|'],
  [[before, map], [letters, first], '½a', '▁|▁1|▁/|▁2|a|'],
  [[before, map], [letters, first], 'a\u200bb', '▁|▁a|b|'],
  [[before, map], [letters, first], '\u200bab', '▁|a|b|'],
  [[map, map], [letters, first], '½a', '▁1|▁/|▁2|a|'],
  [[replace({ String: 'a' }, ''), replace({ Regex: '^' }, '_-')], [letters, first], 'ab', '▁_|▁-|b|'],
  [[replace({ String: 'a' }, ''), replace({ Regex: '^' }, '_-')], [letters, first], 'ba', '▁_|▁-|▁b|'],
  [[strip, replace({ Regex: '^' }, '_')], [letters, first], ' ab', '▁_|a|b|'],
  [[strip], [words, first], ' ab cd', 'ab|cd|'],
  [[replace({ String: 'a' }, 'xyz')], [letters, first], 'ab', '▁x|▁y|▁z|b|'],
  [[replace({ String: 'ab' }, 'c')], [letters, first], 'abc', 'c|c|'],
  [[{ type: 'StripAccents' }], [letters, first], '\u0301ab', 'a|b|'],
  [[{ type: 'NFD' }], [letters, first], 'éa', '▁e|▁\u0301|a|'],
])('the first word alone is marked: %j %j %j', (normalizers, pretokenizers, text, pieces) => {
  expect(piecesOf(text, normalizers, pretokenizers)).toBe(pieces)
})

test.each([
  ['^', '𠀀a', '_𠀀a|'],
  ['^', '戫\u{4b2f8}', '_戫\u{4b2f8}|'],
  ['(?!a)', '𠀀a𠀀', '_𠀀a_𠀀_|'],
])('%s matches in the middle of no character of %s', (pattern, text, pieces) => {
  expect(piecesOf(text, [replace({ Regex: pattern }, '_')], [words])).toBe(pieces)
})

test('white space that a token before took is no token of its own', () => {
  const flags = { single_word: true, normalized: false, special: false, rstrip: true }
  const tokenizer = createTokenizer({
    model,
    added_tokens: [
      { content: '▁', lstrip: false, ...flags },
      { content: '  ', lstrip: true, ...flags },
    ],
  })
  expect(tokenizer.encode('▁  +').ids).toEqual([256, 43, 124])
  expect(tokenizer.encode('+  +').ids).toEqual([43, 124, 257, 43, 124])
})
