import { FastFlowError, type Feeds, type ModelFolder, type Tensor, type TensorInfo } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { encodeFlux } from '../src/text/encode-flux.ts'
import { encodeFlux2Klein } from '../src/text/encode-flux2-klein.ts'
import { encodeLtx } from '../src/text/encode-ltx.ts'
import { encodeLumina2 } from '../src/text/encode-lumina2.ts'
import { encodeQwenImage } from '../src/text/encode-qwen-image.ts'
import { encodeSana } from '../src/text/encode-sana.ts'
import { encodeSd3 } from '../src/text/encode-sd3.ts'
import { encodeWan } from '../src/text/encode-wan.ts'
import { encodeZImage } from '../src/text/encode-z-image.ts'
import type { EncoderPart } from '../src/text/encoder-part.ts'
import { readNumLayers, readTextTokenizer } from '../src/text/read-encoder.ts'
import { failure } from './support/failure.ts'
import { present } from './support/present.ts'

interface FakeOptions {
  readonly inputs?: readonly TensorInfo[]
  readonly outputs?: readonly string[]
  readonly type?: 'float32' | 'float16' | 'int64'
  readonly numLayers?: number | undefined
  /** The value of token k in an output. */
  value?(name: string, k: number): number
}

const port = (
  name: string,
  type: TensorInfo['type'] = 'int64',
  length: number | string = 'length',
): TensorInfo => ({
  name,
  type,
  dims: ['batch', length],
})

/** An encoder of vectors of one number, and a tokenizer that makes a token of each word between 1 and 2. */
function fake(
  name: string,
  options: FakeOptions = {},
): EncoderPart & { readonly calls: Feeds[]; readonly texts: string[] } {
  const calls: Feeds[] = []
  const texts: string[] = []
  const { type = 'float32', value = (_, k) => k, numLayers = 3 } = options
  const states = ['last_hidden_state', ...[0, 1, 2, 3].map((k) => `hidden_states.${k}`)]
  const outputs = options.outputs ?? [...states, 'pooler_output', 'text_embeds']
  const output = (wanted: string, length: number): Tensor => {
    const pooled = !wanted.includes('hidden')
    const numbers = Array.from({ length: pooled ? 1 : length }, (_, k) => value(wanted, k))
    const dims = pooled ? [1, 1] : [1, length, 1]
    if (type === 'int64') return { type, dims, data: BigInt64Array.from(numbers, BigInt) }
    return { type, dims, data: type === 'float16' ? Uint16Array.from(numbers) : Float32Array.from(numbers) }
  }
  return {
    name,
    calls,
    texts,
    numLayers,
    network: {
      inputs: options.inputs ?? [port('input_ids'), port('attention_mask')],
      outputs: outputs.map((one) => ({ name: one, type: 'float32', dims: [] })),
      async run(feeds, { fetches = outputs } = {}) {
        calls.push(feeds)
        const length = feeds.input_ids!.dims[1]!
        return {
          outputs: Object.fromEntries(fetches.map((one) => [one, output(one, length)])),
          timing: { ms: 0 },
        }
      },
    },
    tokenizer: {
      maxLength: 5,
      tokenize(text, length = 5) {
        texts.push(text)
        const words = text.split(/\s+/).filter((word) => word !== '')
        const all = [1, ...words.map((word) => 10 + word.length), 2]
        const kept = all.length > length ? [...all.slice(0, length - 1), 2] : all
        const padding = Array.from({ length: length - kept.length }, () => 0)
        return {
          ids: [...kept, ...padding],
          mask: [...kept.map(() => 1), ...padding],
          length: all.length,
          unknown: [],
        }
      },
    },
  }
}

const values = ({ data }: Tensor): number[] => Array.from(data, Number)

describe('prompts', () => {
  it('of SD3 are both CLIP models side by side, padded to the width of T5, and T5 behind them', async () => {
    const [clipL, clipG] = ['text_encoder', 'text_encoder_2'].map((name, n) =>
      fake(name, { value: (output, k) => (output === 'text_embeds' ? -n : 100 * n + k) }),
    )
    const encoders = { clipL: present(clipL!), clipG: present(clipG!), width: 3 }
    const [encoded] = await encodeSd3({ ...encoders, t5: undefined }, ['a b'], { maxSequenceLength: 2 })
    expect(encoded!.embeddings.dims).toEqual([1, 7, 3])
    expect(values(encoded!.embeddings)).toEqual(
      [0, 1, 2, 3, 4].flatMap((k) => [k, 100 + k, 0]).concat([0, 0, 0, 0, 0, 0]),
    )
    expect(encoded!.pooled).toMatchObject({ dims: [1, 2] })
    expect(values(encoded!.pooled)).toEqual([-0, -1])
    expect(encoded!.readings.map(({ part, maxLength }) => [part, maxLength])).toEqual([
      ['text_encoder', 5],
      ['text_encoder_2', 5],
    ])
  })

  it('of FLUX are the pooled output of CLIP, and 512 tokens of T5 that is told nothing of padding', async () => {
    const [clip, t5] = [fake('text_encoder'), fake('text_encoder_2')]
    const encoded = await encodeFlux({ clip: present(clip), t5: present(t5) }, ['a b', 'c'])
    expect(encoded.map(({ embeddings }) => embeddings.dims)).toEqual([
      [1, 512, 1],
      [1, 512, 1],
    ])
    expect(values(t5.calls[0]!.attention_mask!)).toEqual(Array.from({ length: 512 }, () => 1))
    expect(encoded[0]!.readings[1]).toMatchObject({
      part: 'text_encoder_2',
      maxLength: 512,
      tokens: { length: 4 },
    })
  })

  it('of Wan are cleaned, and zeros in place of padding, which is not run', async () => {
    const umt5 = fake('text_encoder', { value: (_, k) => k + 1 })
    const [encoded] = await encodeWan(umt5, ['a  &amp;   b'], { maxSequenceLength: 7 })
    expect(umt5.texts).toEqual(['a & b'])
    expect(umt5.calls[0]!.input_ids!.dims).toEqual([1, 5])
    expect(values(encoded!.embeddings)).toEqual([1, 2, 3, 4, 5, 0, 0])
    expect(values(encoded!.mask)).toEqual([1, 1, 1, 1, 1, 0, 0])
  })

  it('run as long as a network wants them that takes one length only', async () => {
    const inputs = [port('input_ids', 'int64', 7), port('attention_mask', 'int64', 7)]
    const umt5 = fake('text_encoder', { inputs, value: (_, k) => k + 1 })
    const [encoded] = await encodeWan(umt5, ['a'], { maxSequenceLength: 7 })
    expect(values(umt5.calls[0]!.attention_mask!)).toEqual([1, 1, 1, 0, 0, 0, 0])
    expect(values(encoded!.embeddings)).toEqual([1, 2, 3, 0, 0, 0, 0])
  })

  it('of LTX keep the vectors of padding, and their mask', async () => {
    const [encoded] = await encodeLtx(fake('text_encoder'), ['a'], { maxSequenceLength: 4 })
    expect(values(encoded!.embeddings)).toEqual([0, 1, 2, 3])
    expect(values(encoded!.mask)).toEqual([1, 1, 1, 0])
  })

  it('of SANA stand behind an instruction, of which the first token is kept; negative ones do not', async () => {
    const gemma = fake('text_encoder')
    const complexHumanInstruction = ['one two', 'three four ']
    const options = { maxSequenceLength: 3, complexHumanInstruction }
    const [encoded] = await encodeSana(gemma, [' A Fox '], options)
    expect(gemma.texts).toEqual(['one two\nthree four ', 'one two\nthree four a fox'])
    // Six tokens of the instruction, four more than the two that are counted off.
    expect(gemma.calls[0]!.input_ids!.dims).toEqual([1, 7])
    expect(values(encoded!.embeddings)).toEqual([0, 5, 6])
    const [negative] = await encodeSana(gemma, ['BLUR'], { ...options, negative: true })
    expect(gemma.texts.at(-1)).toBe('blur')
    expect(values(negative!.embeddings)).toEqual([0, 1, 2])
  })

  it('of Lumina 2 follow a system prompt, negative ones do not', async () => {
    const gemma = fake('text_encoder', { value: (name, k) => (name === 'hidden_states.2' ? k : NaN) })
    await encodeLumina2(gemma, ['a fox'])
    await encodeLumina2(gemma, ['a fox'], { systemPrompt: 'Paint.' })
    const [negative] = await encodeLumina2(gemma, ['blur'], { negative: true })
    expect(gemma.texts[0]).toMatch(
      /^You are an assistant designed to .* user prompts\. <Prompt Start> a fox$/,
    )
    expect(gemma.texts.slice(1)).toEqual(['Paint. <Prompt Start> a fox', 'blur'])
    expect(negative!.embeddings.dims).toEqual([1, 256, 1])
    expect(values(negative!.mask).slice(0, 5)).toEqual([1, 1, 1, 0, 0])
  })

  it('of Z-Image are as long as the text in its chat template', async () => {
    const qwen = fake('text_encoder')
    const [encoded] = await encodeZImage(qwen, ['$& fox'])
    expect(qwen.texts).toEqual(['<|im_start|>user\n$& fox<|im_end|>\n<|im_start|>assistant\n'])
    expect(encoded!.embeddings.dims).toEqual([1, 6, 1])
    expect(values(encoded!.mask)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('of Qwen-Image lose the 34 tokens before them, and what is more than their length', async () => {
    const qwen = fake('text_encoder')
    const prompt = Array.from({ length: 40 }, () => 'x').join(' ')
    const [encoded] = await encodeQwenImage(qwen, [prompt], { maxSequenceLength: 4 })
    expect(values(encoded!.embeddings)).toEqual([34, 35, 36, 37])
    expect(encoded!.readings[0]!.maxLength).toBe(38)
    expect(qwen.texts[0]).toContain(`<|im_start|>user\n${prompt}<|im_end|>`)
  })

  it('of FLUX.2 klein are hidden states joined, behind an empty thought', async () => {
    const value = (name: string, k: number) => 10 * Number(name.at(-1)) + k
    const qwen = fake('text_encoder', { value })
    const [encoded] = await encodeFlux2Klein(qwen, ['fox'], { layers: [1, 3], maxSequenceLength: 2 })
    expect(encoded!.embeddings.dims).toEqual([1, 2, 2])
    expect(values(encoded!.embeddings)).toEqual([10, 30, 11, 31])
    expect(qwen.texts[0]).toMatch(/assistant\n<think>\n\n<\/think>\n\n$/)
  })
})

describe('text encoders', () => {
  it('are fed what they declare, in its type', async () => {
    const inputs = [port('attention_mask', 'bool'), port('input_ids', 'int32')]
    const part = fake('text_encoder', { inputs })
    await encodeLumina2(part, ['a'], { negative: true, maxSequenceLength: 4 })
    expect(part.calls).toEqual([
      {
        input_ids: { type: 'int32', dims: [1, 4], data: Int32Array.of(1, 11, 2, 0) },
        attention_mask: { type: 'bool', dims: [1, 4], data: Uint8Array.of(1, 1, 1, 0) },
      },
    ])
    const alone = fake('text_encoder', { inputs: [port('input_ids')] })
    await encodeLtx(alone, ['a'], { maxSequenceLength: 3 })
    expect(Object.keys(alone.calls[0]!)).toEqual(['input_ids'])
  })

  it('give float16 as float32', async () => {
    const part = fake('text_encoder', { type: 'float16', value: (_, k) => [0x3c00, 0xc500, 1][k]! })
    const [encoded] = await encodeLtx(part, ['a'], { maxSequenceLength: 3 })
    expect(encoded!.embeddings.data).toEqual(Float32Array.of(1, -5, 2 ** -24))
  })

  it.each<[string, FakeOptions, string, RegExp]>([
    [
      'an input that no prompt gives',
      { inputs: [port('input_ids'), port('pixel_values')] },
      'model-mismatch',
      /input pixel_values, which a prompt does not give; export it/,
    ],
    [
      'ids in another type',
      { inputs: [port('input_ids', 'float32')] },
      'model-mismatch',
      /asks for input_ids in float32/,
    ],
    [
      'no hidden states',
      { outputs: ['last_hidden_state'] },
      'model-mismatch',
      /no output hidden_states\.2, only last_hidden_state; export it with its hidden states/,
    ],
    [
      'layers nobody counted',
      { numLayers: undefined },
      'model-mismatch',
      /restore num_hidden_layers in text_encoder\/config\.json/,
    ],
    [
      'vectors of whole numbers',
      { type: 'int64' },
      'model-mismatch',
      /makes hidden_states\.2 int64 \[1, 4, 1\] of 4 tokens/,
    ],
    [
      'NaN in the text',
      { value: (_, k) => (k === 2 ? NaN : k) },
      'model-failed',
      /makes NaN in hidden_states\.2; where its weights are float16, export it in float32/,
    ],
  ])('with %s are refused', async (_, options, code, message) => {
    const part = {
      ...fake('text_encoder', options),
      ...('numLayers' in options && { numLayers: options.numLayers }),
    }
    const error = await failure(() => encodeLumina2(part, ['a'], { negative: true, maxSequenceLength: 4 }))
    expect(error).toMatchObject({ code, field: 'text_encoder/model.onnx' })
    expect(error.message).toMatch(message)
  })

  it('may make NaN of padding', async () => {
    const part = fake('text_encoder', { value: (_, k) => (k === 3 ? NaN : k) })
    const [encoded] = await encodeLumina2(part, ['a'], { negative: true, maxSequenceLength: 4 })
    expect(values(encoded!.embeddings)).toEqual([0, 1, 2, NaN])
  })

  it('stop at a signal', async () => {
    const part = fake('text_encoder')
    const signal = { aborted: true, reason: 'enough' }
    expect(await failure(() => encodeLtx(part, ['a'], { signal }))).toMatchObject({ code: 'aborted' })
    expect(part.calls).toEqual([])
  })

  it.each([0, 1.5, 513, NaN])('take no length of %d', async (maxSequenceLength) => {
    const error = await failure(() => encodeLumina2(fake('text_encoder'), ['a'], { maxSequenceLength }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'maxSequenceLength' })
  })
})

describe('folders of text encoders', () => {
  const merges = '#version: 0.2\nn t</w>\n'
  const vocab = Object.fromEntries(
    [
      'a',
      't',
      'd',
      'o',
      'n',
      "'",
      'a</w>',
      't</w>',
      'd</w>',
      'o</w>',
      'n</w>',
      "'</w>",
      'nt</w>',
      '<|startoftext|>',
      '<|endoftext|>',
    ].map((token, id) => [token, id]),
  )
  const clip = { tokenizer_class: 'CLIPTokenizer', pad_token: '<|endoftext|>' }

  function folderOf(files: Readonly<Record<string, unknown>>): ModelFolder {
    const text = (path: string) =>
      typeof files[path] === 'string' ? files[path] : JSON.stringify(files[path])
    return {
      location: 'model',
      has: async (path) => path in files,
      async read(path) {
        if (path in files) return new TextEncoder().encode(text(path))
        throw new FastFlowError({ code: 'model-not-found', field: path, message: `no ${path}` })
      },
      load: () => Promise.reject(new Error('not used')),
    }
  }

  const files = { 'tokenizer/vocab.json': vocab, 'tokenizer/merges.txt': merges }

  it('have tokenizers of vocab.json and merges.txt, CLIP reads texts as ftfy fixes them', async () => {
    const folder = folderOf({ ...files, 'tokenizer/tokenizer_config.json': clip })
    const tokenizer = await readTextTokenizer(folder, 'tokenizer')
    expect(tokenizer.maxLength).toBe(77)
    const ids = [13, 2, 3, 10, 5, 7]
    expect(tokenizer.tokenize('DON’T', 9).ids).toEqual(tokenizer.tokenize("don't", 9).ids)
    expect(tokenizer.tokenize('&amp;nt', 9).ids).toEqual(tokenizer.tokenize('& nt', 9).ids)
    expect(tokenizer.tokenize('don’t', 9)).toMatchObject({
      ids: [...ids.slice(0, 3), 10, 5, 7, 14, 14, 14],
      length: 7,
    })
  })

  it('pad on the side that is told, or that the settings say', async () => {
    const folder = folderOf({
      ...files,
      'tokenizer/tokenizer_config.json': { ...clip, padding_side: 'left' },
    })
    const left = await readTextTokenizer(folder, 'tokenizer')
    expect(left.tokenize('a', 5)).toMatchObject({ ids: [14, 14, 13, 6, 14], mask: [0, 0, 1, 1, 1] })
    const right = await readTextTokenizer(folder, 'tokenizer', { paddingSide: 'right' })
    expect(right.tokenize('a', 5)).toMatchObject({ ids: [13, 6, 14, 14, 14], mask: [1, 1, 1, 0, 0] })
  })

  it.each([
    [{ ...clip, model_max_length: 12 }, 12],
    [{ ...clip, model_max_length: 1e30 }, 77],
    [{ tokenizer_class: 'Qwen2Tokenizer', model_max_length: 131_072, pad_token: '<|endoftext|>' }, 4096],
  ])('say how long texts are: %j', async (settings, length) => {
    const tokenizer = await readTextTokenizer(
      folderOf({ ...files, 'tokenizer/tokenizer_config.json': settings }),
      'tokenizer',
    )
    expect(tokenizer.maxLength).toBe(length)
  })

  it('without a tokenizer are told which files it is looked for in', async () => {
    const folder = folderOf({ 'tokenizer/tokenizer_config.json': clip, 'tokenizer/vocab.json': vocab })
    const error = await failure(() => readTextTokenizer(folder, 'tokenizer'))
    expect(error).toMatchObject({ code: 'model-not-found', field: 'tokenizer/tokenizer.json' })
    expect(error.message).toMatch(
      /neither tokenizer\/tokenizer\.json nor tokenizer\/vocab\.json with merges\.txt/,
    )
  })

  it.each([
    ['vocab.json', { 'tokenizer/vocab.json': '[]' }],
    ['pairs', { 'tokenizer/merges.txt': '#version\na b c\n' }],
  ])('are told of damaged %s', async (_, damaged) => {
    const folder = folderOf({ ...files, ...damaged, 'tokenizer/tokenizer_config.json': clip })
    const error = await failure(() => readTextTokenizer(folder, 'tokenizer'))
    expect(error.code).toBe('model-unreadable')
    expect(error.message).toMatch(/^model\/tokenizer\/vocab\.json/)
  })

  it.each([
    [{ 'text_encoder/config.json': { num_hidden_layers: 12 } }, 12],
    [{ 'text_encoder/config.json': { num_hidden_layers: 1, text_config: { num_hidden_layers: 28 } } }, 28],
    [{ 'text_encoder/config.json': { num_hidden_layers: 'many' } }, undefined],
    [{}, undefined],
  ])('count layers: %j', async (content, layers) => {
    expect(await readNumLayers(folderOf(content), 'text_encoder')).toBe(layers)
  })
})
