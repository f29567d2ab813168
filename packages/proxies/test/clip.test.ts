import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import type { ModelFolder, RgbImage } from '@fastflow/core'
import { type Clip, loadClip, type Resample, resizeLikePillow } from '@fastflow/proxies'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { preprocess } from '../src/clip/preprocess.ts'
import { readPreprocessing } from '../src/clip/preprocessing.ts'
import { readClipTokenizer } from '../src/clip/tokenizer.ts'
import { clipTokenizerJson } from './clip-vocabulary.ts'
import { rejectionOf } from './errors.ts'
import { degraded, imageOf, scene } from './reference-images.ts'
import { needing, testData } from './test-data.ts'

interface Reference {
  readonly resized: readonly { from: Pair; to: Pair; resample: Resample; bytes: string }[]
  readonly sizes: readonly Pair[]
  readonly prompts: readonly string[]
  readonly ids: readonly (readonly number[])[]
  readonly pixelSums: readonly number[]
  readonly firstPixels: readonly (readonly number[])[]
  readonly textEmbeds: readonly number[]
  readonly imageEmbeds: readonly number[]
  readonly cosine: readonly (readonly number[])[]
}
type Pair = readonly [number, number]

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url))
const tiny = join(fixtures, 'clip-tiny')
const reference: Reference = JSON.parse(readFileSync(join(fixtures, 'clip-reference.json'), 'utf8'))
const backend = nodeBackend({ threads: 1 })
const image = ([width, height]: Pair): RgbImage => degraded('noise', width, height)

/** The folder of the tiny CLIP with some files written anew, or removed (null). */
async function changed(files: Record<string, unknown>): Promise<ModelFolder> {
  const copy = mkdtempSync(join(tmpdir(), 'fastflow-clip-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(tiny, copy, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    if (content === null) rmSync(join(copy, name))
    else writeFileSync(join(copy, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return backend.open(copy)
}

describe('resizeLikePillow', () => {
  it.each(reference.resized)('equals Pillow from $from to $to, filter $resample', (given) => {
    const resized = resizeLikePillow(image(given.from), ...given.to, given.resample)
    expect(Buffer.from(resized.data).toString('base64')).toBe(given.bytes)
    expect([resized.width, resized.height]).toEqual(given.to)
  })

  it('returns an image of the same size as it is', () => {
    const picture = image([9, 7])
    expect(resizeLikePillow(picture, 9, 7)).toBe(picture)
  })
})

describe('preprocessing', () => {
  it('equals transformers, resized and cropped in both orientations', async () => {
    const settings = await readPreprocessing(await backend.open(tiny))
    for (const [k, size] of reference.sizes.entries()) {
      const { data } = preprocess(image(size), settings)
      const plane = data.length / 3
      const first = [data[0], data[plane], data[2 * plane]]
      first.forEach((value, c) => {
        expect(value).toBeCloseTo(reference.firstPixels[k]![c]!, 6)
      })
      const sum = data.reduce((total, value) => total + Math.abs(value), 0)
      expect(Math.abs(sum - reference.pixelSums[k]!)).toBeLessThan(1e-4)
    }
  })

  it('reads the older forms of a configuration', async () => {
    const settings = await readPreprocessing(
      await changed({ 'preprocessor_config.json': { size: 48, crop_size: 40, do_normalize: false } }),
    )
    expect(settings).toMatchObject({ shortestEdge: 48, crop: { width: 40, height: 40 }, resample: 3 })
    expect(
      preprocess(
        imageOf(10, 10, () => 51),
        settings,
      ).data[0],
    ).toBeCloseTo(0.2, 7)
  })

  it.each([
    ['size', { size: { shortest_edge: 0 } }, 'unsupported'],
    ['size', { size: 1e9 }, 'model-unreadable'],
    ['crop_size', { size: 32, crop_size: 64 }, 'unsupported'],
    ['resample', { resample: 1 }, 'unsupported'],
    ['image_std', { image_std: [1, 0, 1] }, 'model-unreadable'],
    ['image_mean', { image_mean: [1, 2] }, 'model-unreadable'],
    ['rescale_factor', { rescale_factor: -1 }, 'model-unreadable'],
  ])('refuses a bad %s: %j', async (field, config, code) => {
    const error = await rejectionOf(readPreprocessing(await changed({ 'preprocessor_config.json': config })))
    expect(error).toMatchObject({ code, field: `preprocessor_config.${field}` })
  })
})

describe('tokenizer', () => {
  it('equals transformers, padded and cut', async () => {
    const { tokenize } = await readClipTokenizer(await backend.open(tiny), undefined)
    for (const [k, prompt] of reference.prompts.entries()) {
      expect(tokenize(prompt).ids).toEqual(reference.ids[k])
    }
    expect(tokenize('x').mask.reduce((sum, bit) => sum + bit, 0)).toBe(3)
  })

  const vocabulary = 'clip-vocab/bpe_simple_vocab_16e6.txt.gz'
  it.skipIf(testData(vocabulary) === undefined)(
    needing(vocabulary, "equals transformers on 1,000 strings with CLIP's own vocabulary"),
    async () => {
      const strings: [string, number[]][] = JSON.parse(
        readFileSync(join(fixtures, 'clip-tokens.json'), 'utf8'),
      )
      const folder = await changed({ 'tokenizer.json': clipTokenizerJson(testData(vocabulary)!) })
      const { tokenize } = await readClipTokenizer(folder, 1000)
      expect(strings).toHaveLength(1000)
      for (const [text, ids] of strings) {
        const tokens = tokenize(text)
        const own = tokens.ids.slice(0, tokens.mask.indexOf(0))
        expect({ text, ids: own }).toEqual({ text, ids })
      }
    },
  )
})

describe('clip', () => {
  let clip: Clip
  beforeAll(async () => {
    clip = await loadClip(await backend.open(tiny))
  })
  afterAll(() => clip.dispose())

  it('scores as transformers does', async () => {
    for (const [i, size] of reference.sizes.entries()) {
      for (const [j, prompt] of reference.prompts.entries()) {
        const cosine = reference.cosine[i]![j]!
        expect(Math.abs((await clip.similarity(image(size), prompt)) - cosine)).toBeLessThan(1e-5)
        const { value, version } = await clip.proxy.score({ image: image(size), prompt })
        expect(Math.abs(value - Math.max(0, 100 * cosine))).toBeLessThan(1e-3)
        expect(version).toBe(clip.proxy.version)
      }
    }
  })

  it('gives the embeddings of transformers, alone and in a batch', async () => {
    const text = await clip.embedText(reference.prompts[0]!)
    text.forEach((value, k) => {
      expect(Math.abs(value - reference.textEmbeds[k]!)).toBeLessThan(1e-4)
    })
    const batch = await clip.features.extract(reference.sizes.map(image))
    batch[0]!.forEach((value, k) => {
      expect(Math.abs(value - reference.imageEmbeds[k]!)).toBeLessThan(1e-4)
    })
    expect(batch).toHaveLength(reference.sizes.length)
    expect(await clip.features.extract([])).toEqual([])
  })

  it('declares itself; versions carry the digests of the networks', () => {
    expect(clip.proxy).toMatchObject({
      name: 'clip',
      range: [0, 100],
      needs: { reference: false, prompt: true },
    })
    expect(clip.proxy.version).toMatch(/^clip\/1\+[0-9a-f]{16}$/)
    expect(clip.features.version).toMatch(/^clip-image\/1\+[0-9a-f]{16}$/)
  })

  it('refuses an empty or missing prompt and what is no image', async () => {
    const picture = imageOf(16, 16, scene)
    for (const prompt of ['', '  ', undefined]) {
      const input = prompt === undefined ? { image: picture } : { image: picture, prompt }
      expect(await rejectionOf(Promise.resolve(clip.proxy.score(input)))).toMatchObject({
        code: 'invalid-argument',
        field: 'prompt',
      })
    }
    const broken = { ...picture, data: new Uint8Array(5) }
    expect(await rejectionOf(clip.similarity(broken, 'x'))).toMatchObject({ field: 'image.data' })
    expect(await rejectionOf(clip.features.extract([picture, broken]))).toMatchObject({
      field: 'images[1].data',
    })
  })

  it.each(['models/clip', new URL('file:///models/clip'), undefined])(
    'wants an open folder, not %s',
    async (folder) => {
      const refusal = { code: 'invalid-argument', field: 'folder' }
      await expect(loadClip(folder as never)).rejects.toMatchObject(refusal)
    },
  )

  it('finds the networks beside the configuration too', async () => {
    const folder = await changed({})
    const flat: ModelFolder = {
      ...folder,
      has: async (path) => !path.startsWith('onnx/') && folder.has(`onnx/${path}`),
      load: (path, options) => folder.load(`onnx/${path}`, options),
    }
    const other = await loadClip(flat)
    expect(other.proxy.version).toBe(clip.proxy.version)
    await other.dispose()
  })

  it.each([
    ['text_model.onnx', 'model-not-found', { 'onnx/text_model.onnx': null }],
    ['onnx/vision_model.onnx', 'model-unreadable', { 'onnx/vision_model.onnx': 'no ONNX' }],
    ['tokenizer.json', 'model-not-found', { 'tokenizer.json': null }],
    ['tokenizer.json', 'model-unreadable', { 'tokenizer.json': { model: { type: 'none' } } }],
    ['tokenizer_config.pad_token', 'model-unreadable', { 'tokenizer_config.json': { pad_token: '<nix>' } }],
    ['preprocessor_config.json', 'model-not-found', { 'preprocessor_config.json': null }],
  ])('refuses a folder whose %s is %s', async (field, code, files) => {
    expect(await rejectionOf(loadClip(await changed(files)))).toMatchObject({ code, field })
  })

  it('refuses networks with other ports', async () => {
    const folder = await changed({})
    const swapped: ModelFolder = {
      ...folder,
      load: (_, options) => folder.load('onnx/vision_model.onnx', options),
    }
    const error = await rejectionOf(loadClip(swapped))
    expect(error).toMatchObject({ code: 'model-mismatch', field: 'onnx/text_model.onnx.input_ids' })
    expect(error.message).toContain('pixel_values')
  })
})

describe('loading CLIP under a signal', () => {
  /** The tiny CLIP with every touch of a file or network counted. */
  async function watched(onTouch: (touch: number) => void) {
    const folder = await backend.open(tiny)
    const runners = { open: 0 }
    let touches = 0
    const touching =
      <Args extends readonly unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      (...args: Args): Promise<Result> => {
        onTouch(++touches)
        return work(...args)
      }
    const load = async (path: string) => {
      // As of a backend that knows nothing of signals.
      const runner = await folder.load(path)
      runners.open++
      const dispose = async (): Promise<void> => {
        runners.open--
        await runner.dispose()
      }
      return { ...runner, dispose }
    }
    const counted: ModelFolder = {
      location: folder.location,
      has: touching(folder.has),
      read: touching(folder.read),
      load: touching(load),
    }
    return { folder: counted, runners, touches: () => touches }
  }

  it('touches no file where it is aborted before', async () => {
    const { folder, touches } = await watched(() => {})
    const loading = loadClip(folder, { signal: AbortSignal.abort() })
    await expect(loading).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    expect(touches()).toBe(0)
  })

  it('loads no network once it is aborted, and frees what is loaded', async () => {
    const whole = await watched(() => {})
    await (await loadClip(whole.folder)).dispose()
    expect(whole.runners.open).toBe(0)
    for (let at = 1; at <= whole.touches(); at++) {
      const controller = new AbortController()
      const { folder, runners } = await watched((touch) => {
        if (touch === at) controller.abort()
      })
      const loading = loadClip(folder, { signal: controller.signal })
      await expect(loading).rejects.toMatchObject({ code: 'aborted' })
      expect(runners.open).toBe(0)
    }
  })
})
