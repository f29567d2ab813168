import { parseJson, type Schedule, scheduleFromConfig } from '@fastflow/core'
import { fuzzReader } from '@fastflow/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { planDigest } from '../src/plan/key.ts'
import { checkPolicyDocument, type PolicyDocument } from '../src/policy/document.ts'
import { parsePaperDocument } from '../src/policy/paper.ts'
import { certificateOf } from '../src/target/choose.ts'
import { contextOf } from '../src/target/features.ts'
import { BANDITS } from '../src/target/learner.ts'
import { parseTable, type QualityTable, tableDigest } from '../src/target/quality-table.ts'
import { type DecisionRecord, parseRecord } from '../src/target/record.ts'
import { createTerms, initState, parseState, parseUpdate, update } from '../src/target/state.ts'
import { calibrationPrompts } from '../src/text/calibration-prompts.ts'
import { fakePipeline } from './support/fake-pipeline.ts'
import { fakeText } from './support/fake-text-backend.ts'
import { modelIndex, networkConfig, schedulerConfig } from './support/model-files.ts'

const calibration = { budgets: [6, 10], evaluations: 120 }

let table: QualityTable
let policy: PolicyDocument
beforeAll(async () => {
  const { pipe, store } = await fakePipeline()
  await pipe.calibrate(calibration)
  await pipe.measureQuality({ metric: 'psnr', runs: 12, floorRuns: 2 })
  table = JSON.parse(store.documents.get(tableDigest(planDigest(pipe.planKey()), 'psnr'))!)
  const { policy: learned } = await pipe.generate('ant', { accelerate: 'paper', count: 3 })
  policy = JSON.parse(JSON.stringify(learned))
})

const goal = { metric: 'psnr', limit: 30, confidence: 0.9 } as const
const arms = [6, 10, 20]
const context = contextOf([0.5, -0.5, 1, 0], 0.2)

const record: DecisionRecord = {
  format: 'fastflow-decision',
  version: 3,
  key: 'k',
  seed: 1,
  mode: 'on',
  arms,
  arm: 1,
  propensity: 0.5,
  choices: [{ context, among: [0, 1, 2], taken: [1] }],
  landings: [-2, -3, -2, -3, -2, -3, -2, -3, -2],
  metric: 'psnr',
  limit: 30,
  proxy: 'psnr/1',
  scores: [{ arm: 1, score: 33, landings: [-2, -3, -2, -3, -2, -3, -2, -3, -2] }],
  shadowNfe: 6,
  reward: 0.3,
}

/** No number anywhere in it is NaN or infinite: JSON would make null of it. */
function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite)
}

describe('damaged documents are of use or refused by name', () => {
  it('learned states of targets', async () => {
    for (const bandit of BANDITS) {
      const terms = createTerms(goal, arms, undefined, bandit)
      const state = update(update(initState(terms), record, terms), record, terms)
      const { used, refused } = await fuzzReader({
        document: state,
        mutations: bandit === 'lin-ucb' ? 3000 : 500,
        use: (text) => {
          const parsed = parseState(parseJson(text), terms)
          const next = update(parsed, record, terms)
          expect(allFinite(next)).toBe(true)
          const chances = terms.learner.probabilities(next.learner, context, [0, 1, 2])
          expect(chances.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6)
          expect(certificateOf(next, terms).reason).toMatch(/./)
        },
      })
      expect(used).toBeGreaterThan(20)
      expect(refused).toBeGreaterThan(100)
    }
  })

  it('tables of measured quality', async () => {
    const { used, refused } = await fuzzReader({
      document: table,
      use: (text) => {
        const parsed = parseTable({ document: parseJson(text), source: 'table.json' })
        const { nfe, numSteps } = parsed
        if (nfe.length === 0) return
        const terms = createTerms(goal, [...nfe, numSteps], parsed)
        const state = initState(terms)
        expect(allFinite(state)).toBe(true)
        expect(certificateOf(state, terms).reason).toMatch(/./)
        const among = terms.arms.map((_, arm) => arm)
        expect(terms.learner.probabilities(state.learner, context, among).every(Number.isFinite)).toBe(true)
      },
    })
    expect(used).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(300)
  })

  it('decisions', async () => {
    const terms = createTerms(goal, arms, undefined)
    const start = initState(terms)
    const { used, refused } = await fuzzReader({
      document: record,
      use: (text) => {
        const value = parseJson(text)
        parseRecord(value)
        const parsed = parseUpdate(value, terms)
        expect(allFinite(update(start, parsed, terms))).toBe(true)
      },
    })
    expect(used).toBeGreaterThan(300)
    expect(refused).toBeGreaterThan(300)
  })

  it("policies of the paper, which decide a run's steps", async () => {
    const { used, refused } = await fuzzReader({
      document: policy,
      use: async (text) => {
        const document = parseJson(text)
        const { key } = parsePaperDocument(document)
        expect(key.dims.join(' x ')).toMatch(/^[\d x]*$/)
        const { pipe } = await fakePipeline()
        const accelerate = { method: 'paper', policy: document as PolicyDocument } as const
        const { items, policy: learned } = await pipe.generate('ant', { accelerate })
        expect(items[0]!.stats.nfe).toBeGreaterThan(0)
        expect(allFinite(learned)).toBe(true)
      },
    })
    expect(used).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(300)
  })

  it.each([
    ['model_index.json', modelIndex],
    ['unet/config.json', networkConfig],
    ['scheduler/scheduler_config.json', schedulerConfig],
  ])('%s', async (path, make) => {
    const { used, refused } = await fuzzReader({
      document: JSON.parse(make({ shift_terminal: 0.1 })),
      use: async (text) => {
        const { pipe } = await fakePipeline({ files: { [path]: text } })
        const { images } = await pipe.generate('ant', { numSteps: 3 })
        expect(images).toHaveLength(1)
      },
    })
    expect(used).toBeGreaterThan(300)
    expect(refused).toBeGreaterThan(300)
  })

  it('schedulers that shift dynamically', async () => {
    const document = {
      _class_name: 'FlowMatchEulerDiscreteScheduler',
      base_image_seq_len: 256,
      base_shift: 0.5,
      max_image_seq_len: 4096,
      max_shift: 1.15,
      shift: 3,
      shift_terminal: 0.02,
      time_shift_type: 'exponential',
      use_beta_sigmas: false,
      use_dynamic_shifting: true,
    }
    const schedules: Schedule[] = []
    const { refused } = await fuzzReader({
      document,
      use: (text) => {
        const config = parseJson(text, undefined, { words: true })
        schedules.push(scheduleFromConfig(config as object, 8, { imageSeqLen: 1024 }))
      },
    })
    expect(refused).toBeGreaterThan(300)
    for (const { sigmas } of schedules) expect(sigmas.every(Number.isFinite)).toBe(true)
  })
})

it('the words that Python writes for numbers are read in scheduler configurations alone', async () => {
  const scheduler = schedulerConfig({}).replace(
    /\}\s*$/,
    ',"sigma_min":-Infinity,"sigma_max":Infinity,"x":NaN}',
  )
  const path = 'scheduler/scheduler_config.json'
  const { pipe } = await fakePipeline({ files: { [path]: scheduler } })
  expect((await pipe.generate('ant', { numSteps: 2 })).images).toHaveLength(1)
  const shifted = schedulerConfig({}).replace(/"shift":\s*[\d.]+/, '"shift":NaN')
  expect(shifted).toContain('NaN')
  await expect(fakePipeline({ files: { [path]: shifted } })).rejects.toMatchObject({
    code: 'model-unreadable',
    field: 'scheduler_config.shift',
  })
  const network = networkConfig({}).replace(/\}\s*$/, ',"x":NaN}')
  await expect(fakePipeline({ files: { 'unet/config.json': network } })).rejects.toMatchObject({
    code: 'model-unreadable',
    field: 'unet/config.json',
  })
})

describe('folders of text models', () => {
  const files = {
    'vae_decoder/config.json': {
      latent_channels: 3,
      scale_factor: 2,
      scaling_factor: 2,
      shift_factor: 0.25,
      latent_rgb_factors: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      latent_rgb_factors_bias: [0, 0, 0],
    },
    'tokenizer/tokenizer_config.json': { model_max_length: 8, pad_token: '<pad>', unk_token: '<unk>' },
  }
  it.each(Object.entries(files))('%s', async (path, document) => {
    const { used, refused } = await fuzzReader({
      document,
      mutations: 1000,
      use: async (text) => {
        const { pipe } = await fakeText('text-to-image', { files: { [path]: text } })
        const { images } = await pipe.generate('ant', { numSteps: 2 })
        expect(images).toHaveLength(1)
      },
    })
    expect(used).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(100)
  })
})

it('damaged lists of prompts are of use or refused by name', async () => {
  const { used, refused } = await fuzzReader({
    document: ['ant', 'bee fly', 'a fox'],
    use: async (text) => {
      const read = async () => new TextEncoder().encode(text)
      const folder = {
        location: 'model',
        has: async () => true,
        read,
        load: () => Promise.reject(new Error('not used')),
      }
      for (const prompt of await calibrationPrompts(folder, undefined)) expect(prompt.trim()).not.toBe('')
    },
  })
  expect(used).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(300)
})

it('values nested too deep for any recursion are refused by name, wherever they stand', async () => {
  let deep: unknown = []
  for (let k = 0; k < 100_000; k++) deep = k % 2 ? [deep] : { deep }
  const terms = createTerms(goal, arms, undefined)
  const everywhere = (document: object): unknown[] => [
    deep,
    ...Object.keys(document).map((name) => ({ ...document, [name]: deep })),
  ]
  const acts: (() => unknown)[] = [
    ...everywhere(initState(terms)).map((state) => () => parseState(state, terms)),
    ...everywhere(record).map((value) => () => parseRecord(value)),
    ...everywhere(table).map((value) => () => parseTable({ document: value, source: 'x' })),
    ...everywhere(policy).map((value) => () => parsePaperDocument(value)),
    ...everywhere(policy.key).map(
      (key) => () => checkPolicyDocument({ ...policy, key } as unknown, policy.key),
    ),
    () => parsePaperDocument({ ...policy, state: { ...(policy.state as object), arms: deep } }),
  ]
  for (const act of acts)
    expect(act).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^policy-/), field: expect.stringMatching(/./) }),
    )
})
