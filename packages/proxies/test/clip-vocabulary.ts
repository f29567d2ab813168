import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const BEGIN = '<|startoftext|>'
const END = '<|endoftext|>'

/** The `tokenizer.json` that transformers writes for CLIP, from the vocabulary file of openai/CLIP. */
export function clipTokenizerJson(path: string): Record<string, unknown> {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n')
  const merges = lines.slice(1, 49152 - 256 - 2 + 1).map((line) => line.split(' '))
  const letters = byteLetters()
  const tokens = [
    ...letters,
    ...letters.map((letter) => `${letter}</w>`),
    ...merges.map((pair) => pair.join('')),
    BEGIN,
    END,
  ]
  const pattern = `${BEGIN}|${END}|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+`.replaceAll(
    /<\|(\w+)\|>/g,
    '<\\|$1\\|>',
  )
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const ids = Object.fromEntries(tokens.map((token, id) => [token, id]))
  return {
    version: '1.0',
    added_tokens: [BEGIN, END].map((content) => ({ id: ids[content], content, ...special })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, ids[END]],
      cls: [BEGIN, ids[BEGIN]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: ids,
      merges: merges.map((pair) => pair.join(' ')),
    },
  }
}

/** A printable letter for each byte, in CLIP's order. */
function byteLetters(): string[] {
  const range = (from: string, to: string): number[] =>
    Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, k) => from.charCodeAt(0) + k)
  const printable = [...range('!', '~'), ...range('¡', '¬'), ...range('®', 'ÿ')]
  const others = 256 - printable.length
  return [...printable, ...Array.from({ length: others }, (_, k) => 256 + k)].map((code) =>
    String.fromCharCode(code),
  )
}
