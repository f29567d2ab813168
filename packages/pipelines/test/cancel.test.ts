import { getEventListeners } from 'node:events'
import type { QualityProxy } from '@fastflow/core'
import { type Accelerate, type GenerateOptions, loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { beforeAll, describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { type FakeBackend, fakeBackend } from './support/fake-backend.ts'
import {
  type FakePipeline,
  fakePipeline,
  type RecordingStore,
  recordingStore,
} from './support/fake-pipeline.ts'
import { fakeText } from './support/fake-text-backend.ts'
import { grey } from './support/grey.ts'
import type { TextTask } from './support/text-files.ts'

const STEPS = 20
const calibration = { evaluations: 120, budgets: [6, 10] } as const

const proxy = (onScore: () => void): QualityProxy => ({
  name: 'lpips',
  version: 'counted/1',
  direction: 'lower-is-better',
  range: [0, 1],
  needs: { reference: true, prompt: false },
  score: () => {
    onScore()
    return { value: 0.1, version: 'counted/1' }
  },
})

/** What takes a signal, on a model whose network answers in closed form; each needs plans that are there. */
const works: Readonly<Record<string, (pipe: Pipeline, signal: AbortSignal) => Promise<unknown>>> = {
  'generate, every step': (pipe, signal) => pipe.generate('ant', { signal, count: 2 }),
  'generate, by a plan': (pipe, signal) => pipe.generate('ant', { signal, count: 4, accelerate: 'plan' }),
  'generate, learning': (pipe, signal) => pipe.generate('ant', { signal, count: 3, accelerate: 'paper' }),
  'generate, to a target': (pipe, signal) =>
    pipe.generate('ant', { signal, count: 2, accelerate: { target: { psnr: 12 }, measure: 1 } }),
  'generate, by a choice that is learned': (pipe, signal) =>
    pipe.generate('ant', {
      signal,
      count: 2,
      accelerate: { target: { psnr: 12 }, choose: 'learned', measure: 1 },
    }),
  calibrate: (pipe, signal) => pipe.calibrate({ ...calibration, signal }),
  'calibrate for the exact solution': (pipe, signal) =>
    pipe.calibrate({ budgets: [6], evaluations: 300, target: 'exact', signal }),
  measureQuality: (pipe, signal) => pipe.measureQuality({ metric: 'psnr', runs: 90, signal }),
}

let made: RecordingStore
beforeAll(async () => {
  const { pipe, store } = await fakePipeline()
  await pipe.calibrate(calibration)
  await pipe.measureQuality({ metric: 'psnr', runs: 80, floorRuns: 1 })
  made = store
})

/** A model with plans whose quality has been measured. */
function planned(): Promise<FakePipeline> {
  const store = recordingStore()
  for (const [key, document] of made.documents) store.documents.set(key, document)
  return fakePipeline({}, store)
}

/** A model that aborts the signal while its network answers the `at`-th call from now. */
async function abortingAt(
  at: number,
  reason: unknown,
): Promise<FakePipeline & { signal: AbortSignal; made(): number }> {
  const controller = new AbortController()
  let first = Number.POSITIVE_INFINITY
  const { pipe, backend, store } = await planned()
  const { calls } = backend
  first = calls.length
  const push = calls.push.bind(calls)
  calls.push = (...added) => {
    const length = push(...added)
    if (length - first === at) controller.abort(reason)
    return length
  }
  return { pipe, backend, store, signal: controller.signal, made: () => calls.length - first }
}

describe.each(Object.entries(works))('%s', (_, work) => {
  it('makes no evaluation and stores nothing where its signal is aborted before', async () => {
    const { pipe, backend, store } = await planned()
    const [before, saved] = [backend.calls.length, store.saves.length]
    const error = await failure(() => work(pipe, AbortSignal.abort(new TypeError('changed my mind'))))
    expect(error).toMatchObject({ code: 'aborted', field: 'signal', cause: { message: 'changed my mind' } })
    expect(backend.calls).toHaveLength(before)
    expect(store.saves).toHaveLength(saved)
  })

  it.each([1, 2, 7, 13])('starts no evaluation after one that its signal was aborted in: %d', async (at) => {
    const reason = new DOMException('too long', 'TimeoutError')
    const { pipe, signal, made } = await abortingAt(at, reason)
    const error = await failure(() => work(pipe, signal))
    expect(error).toMatchObject({ code: 'aborted', field: 'signal' })
    expect(error.cause).toBe(reason)
    expect(made()).toBe(at)
  })
})

describe('measureQuality', () => {
  it('scores nothing after an abort, and keeps no run that was not finished', async () => {
    const { pipe, backend, store } = await fakePipeline()
    await pipe.calibrate(calibration)
    const saved = store.saves.length
    const controller = new AbortController()
    let scores = 0
    const counted = proxy(() => {
      scores++
      if (scores === 3) controller.abort()
    })
    const options = { metric: 'lpips', proxy: counted, floorRuns: 0 } as const
    const before = backend.calls.length
    const error = await failure(() => pipe.measureQuality({ ...options, signal: controller.signal }))
    expect(error.code).toBe('aborted')
    expect(scores).toBe(3)
    // One run whole, and the full run and the first plan of the next.
    expect(backend.calls.length - before).toBe(STEPS + 16 + STEPS + 6)
    expect(store.saves.length - saved).toBe(1)
    const table = await pipe.measureQuality({ ...options, runs: 2 })
    expect(table.runs).toHaveLength(2)
  })

  it('looks at its signal for every run of before that is completed', async () => {
    const { pipe, backend, store } = await planned()
    const name = [...store.documents.keys()].find((key) => store.documents.get(key)!.includes('-quality'))!
    const table = JSON.parse(store.documents.get(name)!)
    const runs = table.runs.map(({ size: _, ...run }: { size: number }) => run)
    store.documents.set(name, JSON.stringify({ ...table, runs }))
    const signal = { aborted: false }
    const before = backend.calls.length
    const { push } = backend.calls
    backend.calls.push = (...added) => {
      signal.aborted = backend.calls.length - before === 2
      return push.apply(backend.calls, added)
    }
    const error = await failure(() => pipe.measureQuality({ metric: 'psnr', runs: 80, signal }))
    expect(error.code).toBe('aborted')
    expect(backend.calls.length - before).toBe(3)
  })
})

describe('planning from an image that is there', () => {
  const accelerations: readonly Accelerate[] = ['plan', 'auto', { target: { psnr: 20 } }]

  it.each(accelerations)(
    'is a by-product: cancelled, it leaves the image as the result (%j)',
    async (accelerate) => {
      const { pipe, store } = await fakePipeline()
      const controller = new AbortController()
      const onImage = () => setImmediate(() => controller.abort())
      const options = { accelerate, seed: 3, signal: controller.signal }
      const { images, plan, notes } = await pipe.generate('ant', { ...options, onImage })
      expect(images).toEqual((await pipe.generate('ant', { seed: 3 })).images)
      expect(plan).toBeUndefined()
      expect(notes.join()).toContain('planning from this image was cancelled')
      expect(store.saves).toEqual([])
      const again = await pipe.generate('ant', { accelerate, seed: 3 })
      expect(again.notes.join()).not.toContain('cancelled')
      expect(store.saves).toHaveLength(1)
    },
  )

  it('ends a call that was to make more images, with what was delivered kept', async () => {
    const { pipe, backend } = await fakePipeline()
    const controller = new AbortController()
    const seeds: number[] = []
    const error = await failure(() =>
      pipe.generate('ant', {
        accelerate: 'plan',
        count: 3,
        signal: controller.signal,
        onImage: ({ seed }) => {
          seeds.push(seed)
          setImmediate(() => controller.abort())
        },
      }),
    )
    expect(error).toMatchObject({ code: 'aborted', field: 'signal' })
    expect(seeds).toEqual([0])
    expect(backend.calls).toHaveLength(STEPS)
  })
})

describe('measuring what was served', () => {
  it('is cancelled without loss: the image is the result, its decision is recorded without a score', async () => {
    const { pipe, backend } = await planned()
    const controller = new AbortController()
    const records: { scores: unknown; shadowNfe: number }[] = []
    const { images } = await pipe.generate('ant', {
      accelerate: {
        target: { psnr: 12 },
        measure: 1,
        onDecision: (record) => records.push(record),
      },
      signal: controller.signal,
      onImage: () => {
        const before = backend.calls.length
        const { push } = backend.calls
        backend.calls.push = (...added) => {
          if (backend.calls.length - before === 4) controller.abort()
          return push.apply(backend.calls, added)
        }
      },
    })
    expect(images).toHaveLength(1)
    expect(records).toMatchObject([{ scores: [], shadowNfe: 5, reward: null }])
  })
})

const subjects: Readonly<Record<TextTask, GenerateOptions>> = {
  'text-to-image': {},
  'image-editing': { image: grey(4) },
  'text-to-video': { numFrames: 4 },
}

describe.each(Object.entries(subjects) as [TextTask, GenerateOptions][])('a model of %s', (task, given) => {
  const count = (calls: Record<string, readonly unknown[]>): number =>
    Object.values(calls).reduce((sum, { length }) => sum + length, 0)
  const signal = AbortSignal.abort()
  const works: Readonly<Record<string, (pipe: Pipeline) => Promise<unknown>>> = {
    generate: (pipe) => pipe.generate('owl', { ...given, signal }),
    prepare: (pipe) => pipe.prepare('owl', { ...given, signal }),
    calibrate: (pipe) => pipe.calibrate({ prompts: ['owl'], signal }),
    measureQuality: (pipe) => pipe.measureQuality({ prompts: ['owl'], metric: 'psnr', signal }),
  }

  it.each(Object.entries(works))(
    'runs none of its networks for %s that was aborted before',
    async (_, work) => {
      const { pipe, calls } = await fakeText(task)
      expect(await failure(() => work(pipe))).toMatchObject({ code: 'aborted', field: 'signal' })
      expect(count(calls)).toBe(0)
    },
  )

  it('runs no network after the one that its signal was aborted in, whichever that is', async () => {
    const all = await fakeText(task)
    await all.pipe.generate('owl', { ...given, numSteps: 3 })
    const total = count(all.calls)
    for (let at = 1; at < total; at++) {
      const { pipe, calls } = await fakeText(task)
      const controller = new AbortController()
      for (const made of Object.values(calls)) {
        const push = made.push.bind(made)
        made.push = (...added) => {
          const length = push(...added)
          if (count(calls) === at) controller.abort()
          return length
        }
      }
      const generating = pipe.generate('owl', { ...given, numSteps: 3, signal: controller.signal })
      expect((await failure(() => generating)).code).toBe('aborted')
      expect(count(calls)).toBe(at)
    }
  })
})

describe('a clip of many frames', () => {
  it('is decoded no further once its signal is aborted', async () => {
    const { pipe, calls } = await fakeText('text-to-video')
    const flow = await pipe.prepare('owl', { numFrames: 20 })
    const signal = { aborted: false }
    const { push } = calls.vae_decoder!
    calls.vae_decoder!.push = (...added) => {
      signal.aborted = true
      return push.apply(calls.vae_decoder, added)
    }
    expect((await failure(() => flow.pixels(flow.noise, signal))).code).toBe('aborted')
    expect(calls.vae_decoder).toHaveLength(1)
  })
})

describe('loading', () => {
  /** Reads and loads of a folder, at any of which a signal may be aborted. */
  function watched(onTouch: (touch: number) => void): { backend: FakeBackend; touches(): number } {
    const backend = fakeBackend()
    let touches = 0
    const touch = (): void => onTouch(++touches)
    const open = async (location: string) => {
      touch()
      const folder = await backend.open(location)
      return {
        ...folder,
        async read(path: string) {
          touch()
          return folder.read(path)
        },
        async load(path: string) {
          touch()
          // A backend that knows nothing of signals.
          return folder.load(path)
        },
      }
    }
    return { backend: { ...backend, open: Object.assign(open, backend.open) }, touches: () => touches }
  }

  it('touches no file where its signal is aborted before', async () => {
    const { backend, touches } = watched(() => {})
    const loading = loadPipeline('models/fake', { backend, signal: AbortSignal.abort() })
    expect(await failure(() => loading)).toMatchObject({ code: 'aborted', field: 'signal' })
    expect(touches()).toBe(0)
  })

  it('loads no network once its signal is aborted, and frees one that came too late', async () => {
    const whole = watched(() => {})
    await (await loadPipeline('models/fake', { backend: whole.backend })).dispose()
    for (let at = 1; at <= whole.touches(); at++) {
      const controller = new AbortController()
      const { backend } = watched((touch) => {
        if (touch === at) controller.abort()
      })
      const loading = loadPipeline('models/fake', { backend, signal: controller.signal })
      expect((await failure(() => loading)).code).toBe('aborted')
      expect(backend.open.runners).toBe(0)
    }
  })
})

it('a signal of many calls is left without listeners', async () => {
  const { pipe } = await fakePipeline()
  const { signal } = new AbortController()
  for (let call = 0; call < 1000; call++) await pipe.generate('ant', { signal, numSteps: 1 })
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
