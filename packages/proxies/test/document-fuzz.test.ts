import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ModelFolder } from '@fastflow/core'
import { readSafetensors, readTokenizer, type TextTokenizer } from '@fastflow/proxies'
import { fixtures, fuzzReader } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { preprocess } from '../src/clip/preprocess.ts'
import { readPreprocessing } from '../src/clip/preprocessing.ts'
import { rejectionOf } from './errors.ts'
import { safetensorsOf, withHeader } from './lpips-weights.ts'
import { imageOf } from './reference-images.ts'

const text = (path: string): string => readFileSync(path, 'utf8')
const tiny = fileURLToPath(new URL('./fixtures/clip-tiny/', import.meta.url))
const words = fileURLToPath(new URL('models/words/tokenizer/', fixtures))

function folderOf(files: Readonly<Record<string, string>>): ModelFolder {
  return {
    location: 'model',
    has: async (path) => path in files,
    read: async (path) => new TextEncoder().encode(files[path]),
    load: () => Promise.reject(new Error('not used')),
  }
}

const SETTINGS = JSON.stringify({ model_max_length: 12, pad_token: '<pad>', unk_token: '<unk>' })

function open(document: string, settings: string = SETTINGS): Promise<TextTokenizer> {
  return readTokenizer(folderOf({ 'tokenizer.json': document, 'tokenizer_config.json': settings }), {
    path: 'tokenizer.json',
    lengthOf: (file) => file.whole('model_max_length', { least: 1, most: 64 }),
  })
}

function use({ tokenize, maxLength }: TextTokenizer): void {
  for (const prompt of [
    'a fox, 3d',
    '',
    'Ω語 zebra zebra zebra zebra constructor __proto__ 0123456789',
    '<s> ant </s>',
  ]) {
    const { ids, mask } = tokenize(prompt)
    expect([ids.length, mask.length]).toEqual([maxLength, maxLength])
    expect(ids.every((id) => Number.isSafeInteger(id) && id >= 0)).toBe(true)
    expect(mask.every((bit) => bit === 0 || bit === 1)).toBe(true)
    expect(BigInt64Array.from(ids, BigInt)).toHaveLength(maxLength)
  }
}

const unigram = {
  version: '1.0',
  added_tokens: [{ id: 0, content: '<pad>', special: true }],
  normalizer: null,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'Unigram',
    unk_id: 1,
    vocab: [
      ['<pad>', 0],
      ['<unk>', 0],
      ['▁', -2],
      ...[...'abcdefoxz0123'].map((one, k) => [one, -3 - k / 10]),
    ],
  },
}
const wordPiece = {
  version: '1.0',
  added_tokens: [{ id: 0, content: '<pad>', special: true }],
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '<unk>',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '<pad>': 0, '<unk>': 1, a: 2, fox: 3, '##d': 4, 3: 5, ant: 6 },
  },
}

describe('damaged documents are of use or refused by name', () => {
  it.each([
    ['BPE', JSON.parse(text(`${words}tokenizer.json`))],
    ['byte-level BPE', JSON.parse(text(`${tiny}tokenizer.json`))],
    ['Unigram', unigram],
    ['WordPiece', wordPiece],
  ])('tokenizers: %s', async (name, document) => {
    const special = name === 'byte-level BPE' ? '<|endoftext|>' : undefined
    const settings = special
      ? JSON.stringify({ model_max_length: 12, pad_token: special, unk_token: special })
      : SETTINGS
    use(await open(JSON.stringify(document), settings))
    const { used, refused } = await fuzzReader({
      document,
      use: async (damaged) => use(await open(damaged, settings)),
    })
    expect(used).toBeGreaterThan(300)
    expect(refused).toBeGreaterThan(300)
  })

  it('settings of tokenizers', async () => {
    const document = text(`${words}tokenizer.json`)
    const { refused } = await fuzzReader({
      document: JSON.parse(SETTINGS),
      use: async (damaged) => use(await open(document, damaged)),
    })
    expect(refused).toBeGreaterThan(300)
  })

  it('preprocessing of CLIP', async () => {
    const document = {
      do_resize: true,
      size: { shortest_edge: 24 },
      do_center_crop: true,
      crop_size: { height: 20, width: 20 },
      do_normalize: true,
      image_mean: [0.4, 0.5, 0.4],
      image_std: [0.2, 0.3, 0.2],
      do_rescale: true,
      rescale_factor: 0.004,
      resample: 3,
    }
    const picture = imageOf(6, 5, () => 51)
    const { used, refused } = await fuzzReader({
      document,
      use: async (damaged) => {
        const settings = await readPreprocessing(folderOf({ 'preprocessor_config.json': damaged }))
        const sides = [settings.crop, settings.exactly].flatMap((size) => size ?? [])
        if (
          Math.max(settings.shortestEdge ?? 0, ...sides.flatMap(({ width, height }) => [width, height])) > 512
        )
          return
        expect(preprocess(picture, settings).data.every(Number.isFinite)).toBe(true)
      },
    })
    expect(used).toBeGreaterThan(300)
    expect(refused).toBeGreaterThan(300)
  })

  it('headers of safetensors', async () => {
    const tensors = [
      { name: 'a', shape: [2, 1], data: Float32Array.of(1, -2) },
      { name: 'b', shape: [], data: Float32Array.of(0.5) },
    ]
    const whole = safetensorsOf(tensors, { format: 'pt' })
    const { byteLength } = whole
    const header = new TextDecoder().decode(whole.subarray(8, byteLength - 12))
    const { refused } = await fuzzReader({
      document: JSON.parse(header),
      use: (damaged) => {
        const read = readSafetensors(
          withHeader(
            damaged,
            tensors.map(({ data }) => data),
          ),
        )
        const held = [...read.values()].map(({ data }) => data.length)
        expect(held.reduce((sum, length) => sum + length, 0)).toBe(3)
      },
    })
    expect(refused).toBeGreaterThan(300)
  })
})

describe('tokenizers whose documents are', () => {
  const document = JSON.parse(text(`${words}tokenizer.json`))
  const withModel = (changes: object): string =>
    JSON.stringify({ ...document, model: { ...document.model, ...changes } })
  it.each([
    ['without an id', withModel({ vocab: { ...document.model.vocab, a: null } }), 'tokenizer.model.vocab.a'],
    [
      'with a text as id',
      withModel({ vocab: { ...document.model.vocab, a: '4' } }),
      'tokenizer.model.vocab.a',
    ],
    [
      'with a list as id',
      withModel({ vocab: { ...document.model.vocab, a: [4] } }),
      'tokenizer.model.vocab.a',
    ],
    ['with ids below 0', withModel({ vocab: { ...document.model.vocab, a: -1 } }), 'tokenizer.model.vocab.a'],
    ['with merges of three', withModel({ merges: [['a', 'b', 'c']] }), 'tokenizer.model.merges[0]'],
    [
      'with an added token of a fraction',
      JSON.stringify({ ...document, added_tokens: [{ id: 0.5, content: 'x' }] }),
      'tokenizer.added_tokens[0].id',
    ],
  ])('%s are refused when they are read', async (_, damaged, field) => {
    expect(await rejectionOf(open(damaged))).toMatchObject({ code: 'model-unreadable', field })
  })

  it('without an unknown token read what they have letters for', async () => {
    const settings = JSON.stringify({ model_max_length: 12, pad_token: '<pad>' })
    const { tokenize } = await open(withModel({ unk_token: null }), settings)
    expect(tokenize('anΩt').ids.slice(0, 5)).toEqual([2, 4, 17, 23, 3])
  })

  it('with an unknown token that is none name it once a text needs it', async () => {
    const settings = JSON.stringify({ model_max_length: 12, pad_token: '<pad>' })
    const { tokenize } = await open(withModel({ unk_token: 'zz' }), settings)
    expect(tokenize('ant').ids.slice(0, 5)).toEqual([2, 4, 17, 23, 3])
    expect(() => tokenize('anΩt')).toThrow(
      /tokenizer\.json: tokenizer\.model\.unk_token: the vocabulary has no "zz"/,
    )
  })
})
