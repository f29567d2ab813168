import {
  adoptPolicy,
  type GenerateResult,
  learnedPolicy,
  type PaperAcceleration,
  type PolicyPlaces,
  policyDigest,
} from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import type { FakeOptions, Mishap } from './support/fake-backend.ts'
import { fakePipeline, recordingStore } from './support/fake-pipeline.ts'

const full = 'C'.repeat(20)

/** With a store without a journal, whose documents say what was kept. */
const documented = (options?: FakeOptions) => fakePipeline(options, recordingStore(false))

function nfeOf({ items }: GenerateResult): number[] {
  return items.map(({ stats }) => stats.nfe)
}

describe('learning', () => {
  it('begins with one full run, which calibrates and is the image of the seed', async () => {
    const { pipe } = await fakePipeline()
    const { items, policy, notes } = await pipe.generate('ant', { seed: 4, accelerate: 'paper' })
    expect(items[0]?.stats).toMatchObject({ nfe: 20, passes: 40, decisions: full })
    expect(items[0]?.stats.mismatches).toHaveLength(19)
    expect(policy?.state).toMatchObject({ generations: 1, numSteps: 20, arms: [0, 2, 4, 6] })
    expect(policy?.state.mu).toBeGreaterThan(0)
    expect(notes).toEqual([expect.stringContaining('the first image evaluates every step')])
    const { images } = await pipe.generate('ant', { seed: 4 })
    expect(items[0]?.image).toEqual(images[0])
  })

  it('goes on from image to image and from call to call, and evaluates less and less', async () => {
    const { pipe, backend, store } = await documented()
    const nfe: number[] = []
    for (let call = 0; call < 15; call++) {
      backend.calls.length = 0
      const result = await pipe.generate(call % 3, { seed: 4 * call, count: 4, accelerate: 'paper' })
      nfe.push(...nfeOf(result))
      expect(backend.calls).toHaveLength(nfe.slice(-4).reduce((sum, n) => sum + n, 0))
      expect(result.policy?.state.generations).toBe(4 * call + 4)
      expect(result.notes).toHaveLength(call === 0 ? 1 : 0)
    }
    expect(nfe[0]).toBe(20)
    expect(Math.max(...nfe.slice(-10))).toBeLessThanOrEqual(10)
    expect(store.saves).toHaveLength(60)
    expect(new Set(store.saves).size).toBe(1)
  })

  it('goes on in another pipeline with the same store', async () => {
    const first = await fakePipeline()
    await first.pipe.generate('ant', { count: 3, accelerate: 'paper' })
    const second = await fakePipeline({}, first.store)
    const { policy } = await second.pipe.generate('ant', { seed: 3, accelerate: 'paper' })
    expect(policy?.state.generations).toBe(4)
    const unbroken = await fakePipeline()
    const whole = await unbroken.pipe.generate('ant', { count: 4, accelerate: 'paper' })
    expect(policy).toEqual(whole.policy)
  })

  it('is apart for other settings', async () => {
    const { pipe, store } = await documented()
    await pipe.generate('ant', { accelerate: 'paper' })
    await pipe.generate('ant', { accelerate: 'paper', guidanceScale: 2 })
    await pipe.generate('ant', { accelerate: 'paper', numSteps: 12 })
    await pipe.generate('ant', { accelerate: { method: 'paper', arms: [1, 2, 4, 8] } })
    const { items } = await pipe.generate('ant', { accelerate: { method: 'paper', exploration: 1 } })
    expect(items[0]?.stats.decisions).toBe(full)
    await pipe.generate('ant', { accelerate: { method: 'paper', price: 2 } })
    expect(store.documents.size).toBe(6)
  })

  it('claims no distance to the full run: what it sees at its landings does not tell', async () => {
    const { pipe } = await fakePipeline()
    const { items } = await pipe.generate('ant', { count: 12, accelerate: 'paper' })
    const skipping = items.filter(({ stats }) => stats.nfe < 20)
    expect(skipping.length).toBeGreaterThan(5)
    for (const { stats } of items) {
      expect(stats).toMatchObject({ estimatedPsnr: undefined, estimateBasis: undefined })
      expect(stats).not.toHaveProperty('estimatedMse')
    }
  })

  it('starts anew when asked to, and the new policy replaces the stored one', async () => {
    const { pipe, store } = await documented()
    await pipe.generate('ant', { count: 5, accelerate: 'paper' })
    const again = await pipe.generate('ant', { accelerate: { method: 'paper', fresh: true } })
    expect(again.policy?.state.generations).toBe(1)
    expect([...store.documents.values()].map((text) => JSON.parse(text))).toEqual([again.policy])
  })

  it.each([1, 4, 8])('stays off for a grid of %d steps, and says so', async (numSteps) => {
    const { pipe, store } = await fakePipeline()
    const { items, notes, policy } = await pipe.generate('ant', { accelerate: 'paper', numSteps, count: 3 })
    expect(items.every(({ stats }) => stats.nfe === numSteps)).toBe(true)
    expect(notes).toEqual([`acceleration stays off: a grid of ${numSteps} steps leaves nothing to skip`])
    expect(policy).toBeUndefined()
    expect(store.saves).toEqual([])
  })
})

describe('what was learned', () => {
  const folder = {
    has: async () => false,
    read: async () => new Uint8Array(),
  } as unknown as PolicyPlaces['folder']

  it('is that of all who share the store, until another policy is put in its place', async () => {
    const { pipe, store } = await fakePipeline()
    const places = { store, folder }
    const key = pipe.policyKey()
    expect(await learnedPolicy(key, places)).toBeUndefined()
    const { policy: first } = await pipe.generate('ant', { accelerate: 'paper' })
    await Promise.all([1, 2, 3].map((seed) => pipe.generate('ant', { seed, accelerate: 'paper' })))
    expect((await learnedPolicy(key, places))?.state.generations).toBe(4)
    await adoptPolicy(first, key, places)
    expect(await learnedPolicy(key, places)).toEqual(first)
    const { policy: next } = await pipe.generate('ant', { accelerate: 'paper' })
    expect(next?.state.generations).toBe(2)
  })

  it('is not exchanged for the policy of something else', async () => {
    const { pipe, store } = await fakePipeline()
    const places = { store, folder }
    const { policy } = await pipe.generate('ant', { accelerate: 'paper', numSteps: 12 })
    const key = pipe.policyKey()
    expect(await failure(() => adoptPolicy(policy, key, places))).toMatchObject({ code: 'policy-mismatch' })
    expect(await learnedPolicy(key, places)).toBeUndefined()
  })
})

describe('a snapshot', () => {
  it('gives the same bytes for the same seed, time and again, and leaves the store alone', async () => {
    const { pipe, store } = await documented()
    const { policy } = await pipe.generate('ant', { count: 10, accelerate: 'paper' })
    const before = new Map(store.documents)
    const text = JSON.stringify(policy)
    const accelerate: PaperAcceleration = { method: 'paper', policy: JSON.parse(text), learn: false }
    const first = await pipe.generate('bee', { seed: 99, count: 3, accelerate })
    await pipe.generate('fly', { count: 5, accelerate: 'paper', guidanceScale: 3 })
    const second = await pipe.generate('bee', { seed: 99, count: 3, accelerate })
    expect(second).toEqual(first)
    expect(first.items[0]?.stats.nfe).toBeLessThan(20)
    expect(JSON.stringify(first.policy)).toBe(text)
    for (const [digest, document] of before) expect(store.documents.get(digest)).toBe(document)
    expect(store.saves).toHaveLength(15)
    const alone = await pipe.generate('bee', { seed: 101, accelerate })
    expect(alone.items[0]?.image).toEqual(first.items[2]?.image)
  })

  it('of what is stored needs no document', async () => {
    const { pipe, store } = await documented()
    const { policy } = await pipe.generate('ant', { count: 10, accelerate: 'paper' })
    const frozen = await pipe.generate('ant', { seed: 50, accelerate: { method: 'paper', learn: false } })
    expect(frozen.policy).toEqual(policy)
    expect(store.saves).toHaveLength(10)
  })

  it('can be learned on; what comes of it is stored', async () => {
    const { pipe, store } = await documented()
    const { policy } = await pipe.generate('ant', { count: 2, accelerate: 'paper' })
    await pipe.generate('ant', { count: 5, accelerate: 'paper' })
    const result = await pipe.generate('ant', { accelerate: { method: 'paper', policy: policy! } })
    expect(result.policy?.state.generations).toBe(3)
    expect(JSON.parse([...store.documents.values()][0]!)).toEqual(result.policy)
  })

  it.each([20, 4])(
    'is a policy document, whether or not a grid of %d steps is accelerated',
    async (numSteps) => {
      const { pipe, backend } = await fakePipeline()
      for (const policy of [null, 5, '', 'policy.json', [], Symbol('policy')]) {
        const accelerate = { method: 'paper', policy, learn: false } as unknown as PaperAcceleration
        const error = await failure(() => pipe.generate('ant', { numSteps, accelerate }))
        expect(error).toMatchObject({ code: 'invalid-argument', field: 'accelerate.policy' })
      }
      expect(backend.calls).toEqual([])
    },
  )

  it('of nothing is the full run, and says so', async () => {
    const { pipe, store } = await documented()
    const { items, policy, notes } = await pipe.generate('ant', {
      count: 2,
      accelerate: { method: 'paper', learn: false },
    })
    expect(items.map(({ stats }) => stats.decisions)).toEqual([full, full])
    expect(policy).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('learning is off: every step is evaluated')])
    expect(store.saves).toEqual([])
  })
})

describe('a failure', () => {
  const settings = { count: 6, accelerate: 'paper' } as const

  it.each<[string, Mishap, string]>([
    ['a NaN', 'nan', 'non-finite-velocity'],
    ['a crash', 'crash', 'model-failed'],
  ])('by %s loses nothing that was learned before', async (_, mishap, code) => {
    const sound = await fakePipeline()
    const wanted = await sound.pipe.generate('ant', { ...settings, count: 3 })
    const total = sound.backend.calls.length
    const { pipe, store } = await documented({
      mishap: (call) => (call === total + 2 ? mishap : undefined),
    })
    expect((await failure(() => pipe.generate('ant', settings))).code).toBe(code)
    expect([...store.documents.values()]).toEqual([JSON.stringify(wanted.policy)])
    const { policy } = await pipe.generate('ant', { seed: 3, accelerate: 'paper' })
    expect(policy?.state.generations).toBe(4)
  })

  it('by an abort neither', async () => {
    const { pipe, store } = await documented()
    const onStep = ({ image, index }: { image: number; index: number }) => !(image === 2 && index > 8)
    expect((await failure(() => pipe.generate('ant', { ...settings, onStep }))).code).toBe('aborted')
    expect(store.saves).toHaveLength(2)
    const { policy } = await pipe.generate('ant', { accelerate: 'paper' })
    expect(policy?.state.generations).toBe(3)
  })

  it('during calibration leaves the calibration to the next run', async () => {
    const { pipe, store } = await documented({ mishap: (call) => (call === 9 ? 'nan' : undefined) })
    await failure(() => pipe.generate('ant', { accelerate: 'paper' }))
    expect(store.saves).toEqual([])
    const { items } = await pipe.generate('ant', { accelerate: 'paper' })
    expect(items[0]?.stats.decisions).toBe(full)
  })

  it('of onImage does not lose what the image taught', async () => {
    const { pipe, store } = await documented()
    const onImage = () => Promise.reject(new Error('full'))
    await expect(pipe.generate('ant', { ...settings, onImage })).rejects.toThrow('full')
    expect(store.saves).toHaveLength(1)
  })

  it.each([true, false])(
    'of the store does not lose the images, and is said once (journal: %s)',
    async (journal) => {
      const refuse = () => Promise.reject(new Error('read-only'))
      const whole = recordingStore(journal)
      const store = {
        ...whole,
        save: refuse,
        ...(journal && { journal: { ...whole.journal!, append: refuse, compact: refuse } }),
      }
      const { pipe } = await fakePipeline({}, store)
      const result = await pipe.generate('ant', settings)
      expect(result.items.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5])
      expect(result.policy?.state.generations).toBe(6)
      expect(result.notes.slice(1)).toEqual(['what was learned cannot be kept: read-only'])
      expect(result.images).toEqual((await (await fakePipeline()).pipe.generate('ant', settings)).images)
    },
  )
})

it('tells the key a policy is stored under', async () => {
  const { pipe, store } = await documented()
  const { policy } = await pipe.generate('ant', { accelerate: 'paper' })
  expect(pipe.policyKey()).toEqual(policy?.key)
  expect([...store.documents.keys()]).toEqual([policyDigest(pipe.policyKey())])
  const options = { numSteps: 10, guidanceScale: 1, arms: [1, 2], exploration: 0.5, price: 2 }
  expect(pipe.policyKey(options)).toEqual({
    model: pipe.digest,
    sigmas: pipe.planKey({ numSteps: 10 }).schedule.sigmas,
    guidanceScale: 1,
    dims: [3, 4, 4],
    dtype: 'float32',
    extrapolator: policy?.key.extrapolator,
    policy: 'ucb1-skip c=0.5 price=2 arms=1,2',
  })
  for (const wrong of [
    { numSteps: 0 },
    { guidanceScale: -1 },
    { arms: [] },
    { exploration: NaN },
    { price: 0 },
  ])
    expect((await failure(() => pipe.policyKey(wrong))).code).toBe('invalid-argument')
})
