import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { createRandom, type QualityProxy } from '@fastflow/core'
import * as proxies from '@fastflow/proxies'
import { msSsimProxy, psnrProxy, ssimProxy } from '@fastflow/proxies'
import {
  type Argument,
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import { afterAll } from 'vitest'
import { hashedWeights, safetensorsOf } from './lpips-weights.ts'
import { degraded, imageOf, scene } from './reference-images.ts'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>> = {}): Misusable => ({
  call,
  arguments: fields,
})

const clipFolder = await nodeBackend({ threads: 1 }).open(
  fileURLToPath(new URL('./fixtures/clip-tiny', import.meta.url)),
)
const clip = await proxies.loadClip(clipFolder)
afterAll(() => clip.dispose())
const weights = safetensorsOf(hashedWeights('squeeze'))

const port = (name: string) => ({ name, type: 'float32', dims: [-1] })
const network = () => ({
  version: 1,
  executionProvider: 'none',
  inputs: [port('image'), port('reference')],
  outputs: [port('perceptual')],
  digest: '0'.repeat(64),
  run: async () => ({ outputs: { perceptual: { data: Float32Array.of(0.1) } }, timing: { ms: 0 } }),
  dispose: async () => {},
})
const perceptual = proxies.perceptual(network() as never)

const picture = (size = 192) => imageOf(size, size, scene)
const wrongPictures = [
  { width: 2, height: 2 },
  { ...picture(16), width: 0 },
  { ...picture(16), width: NaN },
  { ...picture(16), width: '16' },
  { ...picture(16), height: 1.5 },
  { ...picture(16), data: new Uint8Array(16 * 16 * 4) },
  { ...picture(16), data: new Float32Array(16 * 16 * 3) },
  { ...picture(16), data: null },
]
const image = made(() => picture(), ...wrongPictures)
const other = made(() => degraded('noise', 192, 192), ...wrongPictures, picture(16))
const pair = { image, reference: other }
const frames = called(
  /frames|image|reference/,
  made(() => [picture(), picture()], [], [picture()], [picture(), 5]),
)
const numbers = (name: RegExp) => called(name, only(['list'], [1, 2], [], [NaN], [1, Infinity], ['1']))
const features = made(() => clip.features, { extract: 5 })
const gaussian = () => {
  const moments = proxies.featureMoments(2)
  for (const feature of [
    [0, 1],
    [1, 0],
    [1, 1],
  ])
    moments.add(feature)
  return moments.gaussian()
}
const fitted = made(
  gaussian,
  { dimension: 2 },
  { ...gaussian(), dimension: NaN },
  { ...gaussian(), covariance: [1] },
)
const tensor = () => ({ type: 'float32', dims: [1, 3, 64, 64], data: new Float32Array(3 * 64 * 64) })
const tensors = made(
  tensor,
  { ...tensor(), dims: 5 },
  { ...tensor(), dims: [1, 3, 32, 32] },
  { ...tensor(), dims: [1, '3', 64, 64] },
  { ...tensor(), type: 'int32' },
  { ...tensor(), data: null },
  { ...tensor(), data: new Float32Array(5) },
  { ...tensor(), data: tensor().data.fill(NaN) },
)
const ignored = only(
  ['null', 'undefined', 'number', 'text', 'flag', 'list', 'object', 'function', 'symbol', 'bigint'],
  undefined,
)
const scoring = (proxy: QualityProxy): Misusable =>
  row(proxy.score, {
    input: called(
      /input|image|reference|five/,
      options({
        image,
        reference: other,
        prompt: ignored,
      }),
    ),
  })
const prompt = called(/prompt/, only(['text'], 'a cat', '', ' '))
const callback = optional(only(['function'], () => undefined))

describeMisuse('@fastflow/proxies', proxies, {
  buildLpips: row(proxies.buildLpips, {
    weights: called(
      /weights|header/,
      made(() => weights, new Float32Array(4), new Uint8Array(4)),
    ),
    options: optional(
      options({ spatial: optional(only(['flag'], true)), name: optional(only(['text'], 'lpips', '')) }),
    ),
  }),
  featureMoments: row(proxies.featureMoments, { dimension: whole(2, 0, 10_000) }),
  frechetDistance: row(proxies.frechetDistance, { a: fitted, b: fitted }),
  gaussianOfImages: row(proxies.gaussianOfImages, {
    features,
    images: called(
      /image|features/,
      made(() => [picture(), picture()], [], [picture()], [5, 5]),
    ),
  }),
  loadClip: row(
    async (...given: never[]) =>
      (await (proxies.loadClip as (...values: never[]) => Promise<proxies.Clip>)(...given)).dispose(),
    {
      folder: made(() => clipFolder, { has: 5 }),
      options: optional(
        options({
          threads: optional(whole(1, 0)),
          onProgress: callback,
          signal: optional(made(() => ({ aborted: false }))),
        }),
      ),
    },
  ),
  msSsim: row(proxies.msSsim, pair),
  msSsimProxy: row(proxies.msSsimProxy),
  pairedBootstrap: row(proxies.pairedBootstrap, {
    a: numbers(/^a/),
    b: numbers(/^b/),
    options: options({
      random: only(['function'], createRandom(1).next),
      samples: optional(whole(100, 0, 1e12)),
      confidence: optional(real(0.9, 0, 1)),
      statistic: optional(only(['function'], (values: Float64Array) => values[0])),
    }),
  }),
  perceptual: row(proxies.perceptual, {
    runner: called(
      /runner|model/,
      made(network, { run: 5 }, { ...network(), inputs: 5 }, { ...network(), outputs: [] }),
    ),
  }),
  psnr: row(proxies.psnr, pair),
  psnrOfError: row(proxies.psnrOfError, { meanSquaredError: real(0.1), range: real(2, 0) }),
  psnrOfFloats: row(proxies.psnrOfFloats, {
    values: only(['list'], new Float32Array(2), new Float32Array(0), Float32Array.of(NaN, 1)),
    reference: only(['list'], new Float32Array(2), new Float32Array(3), Float32Array.of(NaN, 1)),
    range: real(2, 0),
  }),
  psnrProxy: row(proxies.psnrProxy),
  quantile: row(proxies.quantile, { values: numbers(/values/), q: real(0.5, 1.5) }),
  readSafetensors: row(proxies.readSafetensors, {
    bytes: called(
      /bytes|header/,
      made(() => weights, new Float32Array(4), new Uint8Array(4)),
    ),
    name: optional(only(['text'], 'mine', '')),
  }),
  readTokenizer: row(proxies.readTokenizer, {
    folder: made(() => clipFolder, { read: 5 }),
    options: options({
      path: only(['text'], 'tokenizer.json', ''),
      lengthOf: only(
        ['function'],

        () => 8,
        () => 'five',
        () => NaN,
      ),
      paddingSide: optional(only(['text'], 'left', 'middle')),
      fixText: optional(only(['function'], (text: string) => text)),
    }),
  }),
  resizeLikePillow: row(proxies.resizeLikePillow, {
    image,
    width: whole(8, 0, 100_000),
    height: whole(8, 0, 100_000),
    resample: optional(only([], 2, 1, NaN)),
  }),
  rmsContrast: row(proxies.rmsContrast, { image }),
  ssim: row(proxies.ssim, pair),
  ssimProxy: row(proxies.ssimProxy),
  summarize: row(proxies.summarize, { values: numbers(/values/) }),
  temporalConsistency: row(proxies.temporalConsistency, { frames, features }),
  temporalDifference: row(proxies.temporalDifference, {
    frames,
    reference: frames,
    proxy: made(psnrProxy, { score: 5 }, { score: () => 5 }, clip.proxy),
  }),
  temporalFlickering: row(proxies.temporalFlickering, { frames }),

  'QualityProxy.score by psnr': scoring(psnrProxy()),
  'QualityProxy.score by ssim': scoring(ssimProxy()),
  'QualityProxy.score by msSsim': scoring(msSsimProxy()),
  'QualityProxy.score by perceptual': scoring(perceptual.proxy),
  'QualityProxy.score by clip': row(clip.proxy.score, {
    input: called(/input|image|prompt|five/, options({ image, prompt, reference: ignored })),
  }),
  'Clip.similarity': row(clip.similarity, { image, prompt }),
  'Clip.embedText': row(clip.embedText, { prompt }),
  'Clip.features.extract': row(clip.features.extract, {
    images: called(
      /image/,
      made(() => [picture()], [5], ...wrongPictures.map((wrong) => [wrong])),
    ),
  }),
  'FeatureMoments.add': row(proxies.featureMoments(2).add, {
    feature: called(
      /features/,
      made(() => [1, 2], [1], [1, NaN], ['1', '2']),
    ),
  }),
  'Perceptual.distances': row(perceptual.distances, { image: tensors, reference: tensors }),
})
