import { FastFlowError } from '@fastflow/core'
import { describe, expect, test } from 'vitest'
import { createTokenizer, tokenizerFromVocab } from '../src/index.ts'

const model = { type: 'WordLevel', vocab: { a: 0, '<unk>': 1 }, unk_token: '<unk>' }
const bpe = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] }
const split = (pattern: string): unknown => ({
  model,
  pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
})

/** What fails, as its code and its field. */
function failure(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (FastFlowError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'nothing failed'
}

describe('a document that is wrong names the path of its fault', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'model-unreadable tokenizer'],
    [[], 'model-unreadable tokenizer'],
    [{}, 'model-unreadable tokenizer.model'],
    [{ model: {} }, 'unsupported tokenizer.model'],
    [{ model: { type: 'Charlevel' } }, 'unsupported tokenizer.model.type'],
    [{ model: { type: '__proto__' } }, 'unsupported tokenizer.model.type'],
    [{ model: { ...model, vocab: { a: -1 } } }, 'model-unreadable tokenizer.model.vocab.a'],
    [{ model: { ...model, vocab: { a: 0.5 } } }, 'model-unreadable tokenizer.model.vocab.a'],
    [{ model: { ...model, vocab: { a: '0' } } }, 'model-unreadable tokenizer.model.vocab.a'],
    [{ model: { ...model, vocab: { a: 2 ** 40 } } }, 'model-unreadable tokenizer.model.vocab.a'],
    [{ model: { ...model, vocab: ['a'] } }, 'model-unreadable tokenizer.model.vocab'],
    [{ model: { ...bpe, merges: ['a b c'] } }, 'model-unreadable tokenizer.model.merges[0]'],
    [{ model: { ...bpe, merges: [['a', 'c']] } }, 'model-unreadable tokenizer.model.merges[0]'],
    [{ model: { ...bpe, merges: [['b', 'a']] } }, 'model-unreadable tokenizer.model.merges[0]'],
    [{ model: { ...bpe, merges: 7 } }, 'model-unreadable tokenizer.model.merges'],
    [{ model: { type: 'Unigram', vocab: [['a']] } }, 'model-unreadable tokenizer.model.vocab[0]'],
    [{ model: { type: 'Unigram', vocab: [['a', 0]], unk_id: 1 } }, 'model-unreadable tokenizer.model.unk_id'],
    [{ model, normalizer: { type: 'NFX' } }, 'unsupported tokenizer.normalizer.type'],
    [{ model, normalizer: { type: 'Strip' } }, 'model-unreadable tokenizer.normalizer.strip_left'],
    [
      { model, normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, 7] } },
      'model-unreadable tokenizer.normalizer.normalizers[1]',
    ],
    [
      { model, normalizer: { type: 'Precompiled', precompiled_charsmap: '?' } },
      'model-unreadable tokenizer.normalizer.precompiled_charsmap',
    ],
    [
      { model, normalizer: { type: 'Precompiled', precompiled_charsmap: '/////w==' } },
      'model-unreadable tokenizer.normalizer.precompiled_charsmap',
    ],
    [
      { model, pre_tokenizer: { type: 'Punctuation', behavior: 'Odd' } },
      'unsupported tokenizer.pre_tokenizer.behavior',
    ],
    [
      { model, pre_tokenizer: { type: 'Metaspace', replacement: 'ab' } },
      'model-unreadable tokenizer.pre_tokenizer.replacement',
    ],
    [
      { model, pre_tokenizer: { type: 'FixedLength', length: 0 } },
      'model-unreadable tokenizer.pre_tokenizer.length',
    ],
    [{ model, added_tokens: [{}] }, 'model-unreadable tokenizer.added_tokens[0].content'],
    [
      { model, post_processor: { type: 'BertProcessing', sep: ['x'], cls: ['y', 1] } },
      'model-unreadable tokenizer.post_processor.sep[1]',
    ],
    [
      {
        model,
        post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'x' } }], pair: [] },
      },
      'model-unreadable tokenizer.post_processor.single[0].SpecialToken.id',
    ],
  ]
  test.each(cases)('%j', (document, expected) => {
    expect(failure(() => createTokenizer(document))).toBe(expected)
  })
})

describe('a pattern that JavaScript cannot follow is refused', () => {
  const path = 'tokenizer.pre_tokenizer.pattern.Regex'
  test.each([
    '\\X',
    '\\R',
    '(a)\\1',
    '\\K',
    '(?x: a)',
    '(?i:ss)',
    '(?i:é)',
    '\\p{Klingon}',
    '(?i:\\p{Lu})',
    '(?~a)',
  ])('%s', (pattern) => {
    expect(failure(() => createTokenizer(split(pattern)))).toBe(`unsupported ${path}`)
  })
  test.each(['(a', 'a)', '[a', '*a', '\\', '[b-a]', '\\x{110000}'])('%s is no pattern', (pattern) => {
    expect(failure(() => createTokenizer(split(pattern)))).toBe(`model-unreadable ${path}`)
  })
})

test('a token that normalization leaves nothing of is refused', () => {
  const document = {
    model,
    normalizer: { type: 'Strip', strip_left: true, strip_right: true },
    added_tokens: [{ content: ' ', normalized: true }],
  }
  expect(failure(() => createTokenizer(document))).toBe('unsupported tokenizer.added_tokens')
})

describe('a text that has what is unknown, where nothing stands for it', () => {
  test.each([
    [{ type: 'WordLevel', vocab: { a: 0 }, unk_token: 'x' }, 'tokenizer.model.unk_token'],
    [{ type: 'WordPiece', vocab: { a: 0 }, unk_token: 'x' }, 'tokenizer.model.unk_token'],
    [{ ...bpe, unk_token: 'x' }, 'tokenizer.model.unk_token'],
    [{ type: 'Unigram', vocab: [['a', -1]] }, 'tokenizer.model.unk_id'],
  ])('%j', (unknown, field) => {
    const tokenizer = createTokenizer({ model: unknown })
    expect(tokenizer.encode('a').ids).toEqual([0])
    expect(failure(() => tokenizer.encode('z'))).toBe(`model-unreadable ${field}`)
  })
})

test('names of the prototype are tokens like others', () => {
  const vocab = JSON.parse('{"__proto__":0,"constructor":1,"toString":2,"<unk>":3}')
  const tokenizer = createTokenizer({
    model: { ...model, vocab },
    pre_tokenizer: { type: 'WhitespaceSplit' },
  })
  expect(tokenizer.encode('__proto__ constructor toString hasOwnProperty').ids).toEqual([0, 1, 2, 3])
  expect(tokenizer.tokenToId('valueOf')).toBeUndefined()
})

test('truncation and padding of the document are left to the caller', () => {
  const truncation = { max_length: 1, strategy: 'LongestFirst', stride: 0, direction: 'Right' }
  const padding = {
    strategy: { Fixed: 9 },
    direction: 'Right',
    pad_id: 1,
    pad_type_id: 0,
    pad_token: '<unk>',
  }
  const tokenizer = createTokenizer({
    model,
    truncation,
    padding,
    pre_tokenizer: { type: 'WhitespaceSplit' },
  })
  expect(tokenizer.encode('a a a').ids).toEqual([0, 0, 0])
})

describe('files of a vocabulary', () => {
  const files = { vocab: { a: 0, b: 1, ab: 2 }, merges: '#version: 0.2\na b\n' }
  test.each([
    [
      { ...files, settings: { tokenizer_class: 'BertTokenizer' } },
      'unsupported tokenizer_config.tokenizer_class',
    ],
    [{ ...files, settings: {} }, 'unsupported tokenizer_config.tokenizer_class'],
    [
      { ...files, settings: { tokenizer_class: 'CLIPTokenizer' } },
      'model-unreadable tokenizer_config.bos_token',
    ],
    [
      { ...files, merges: 'x\na b c\n', settings: { tokenizer_class: 'Qwen2Tokenizer' } },
      'model-unreadable files.merges[0]',
    ],
    [
      {
        ...files,
        settings: { tokenizer_class: 'Qwen2Tokenizer', added_tokens_decoder: { x: { content: 'y' } } },
      },
      'model-unreadable tokenizer_config.added_tokens_decoder["x"]',
    ],
    [
      { ...files, settings: { tokenizer_class: 'Qwen2Tokenizer' }, addedTokens: { y: -1 } },
      'model-unreadable files.addedTokens["y"]',
    ],
  ])('%j', (given, expected) => {
    expect(failure(() => tokenizerFromVocab(given))).toBe(expected)
  })

  test('added tokens keep the ids that the files give them', () => {
    const settings = {
      tokenizer_class: 'Qwen2Tokenizer',
      eos_token: '<e>',
      pad_token: '<e>',
      unk_token: '<e>',
    }
    const tokenizer = tokenizerFromVocab({ ...files, settings, addedTokens: { '<e>': 9, '<x>': 7 } })
    expect(tokenizer.encode('ab<x>b<e>').ids).toEqual([2, 7, 1, 9])
    expect(tokenizer.vocabSize).toBe(5)
  })
  test('texts of CLIPTokenizer are fixed by what is given, in place of the cleaning of BERT', () => {
    const settings = { tokenizer_class: 'CLIPTokenizer' }
    const tokens = ['a', 'b', 'a</w>', 'b</w>', 'ab</w>', '<|startoftext|>', '<|endoftext|>']
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
    const given = { vocab, merges: '#version: 0.2\na b</w>\n', settings }
    const fixed: string[] = []
    const fixText = (text: string): string => {
      fixed.push(text)
      return text.replace('’', 'A')
    }
    expect(tokenizerFromVocab(given, { fixText }).encode('  ’B \n b').ids).toEqual([5, 4, 3, 6])
    expect(fixed[0]).toBe('  ’B \n b')
    expect(tokenizerFromVocab(given).encode('A b').ids).toEqual([5, 2, 3, 6])
  })
})
