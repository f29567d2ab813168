import { loadPipeline } from '@fastflow/pipelines'
import { expect, it, vi } from 'vitest'
import { webBackend } from '../src/index.ts'
import { overheardWorker } from './support/overheard.ts'

/** A backend that tells how many of its workers are alive. */
function countingBackend(): { backend: ReturnType<typeof webBackend>; alive: () => number } {
  let alive = 0
  const worker = (): Worker => {
    const created = new Worker(new URL('../src/worker.ts', import.meta.url), { type: 'module' })
    const terminate = created.terminate.bind(created)
    alive++
    created.terminate = () => {
      alive--
      created.terminate = () => {}
      terminate()
    }
    return created
  }
  return { backend: webBackend({ executionProviders: ['wasm'], threads: 1, worker }), alive: () => alive }
}

it('created, used and disposed of again and again: one worker while there are models, none after', async () => {
  const { backend, alive } = countingBackend()
  const images: Uint8Array[] = []
  for (let round = 0; round < 5; round++) {
    const pipe = await loadPipeline('/testkit/models/words', { backend })
    const { items } = await pipe.generate('fox', { seed: 7 })
    images.push(items[0]!.image.data)
    expect(alive()).toBe(1)
    await pipe.dispose()
    await pipe.dispose()
    expect(alive()).toBe(0)
  }
  for (const image of images) expect(image).toEqual(images[0])
})

it('disposed of in the middle of a generation: the generation fails, the worker ends', async () => {
  const { backend, alive } = countingBackend()
  const pipe = await loadPipeline('/testkit/models/words', { backend })
  const generation = pipe.generate('fox', {
    onStep: ({ index }) => {
      if (index === 3) pipe.dispose()
    },
  })
  await expect(generation).rejects.toMatchObject({ code: 'runner-disposed' })
  await expect.poll(alive).toBe(0)
})

it('a model that fails to load ends its worker', async () => {
  const { backend, alive } = countingBackend()
  const folder = await backend.open('/testkit')
  await expect(folder.load('weights.bin')).rejects.toMatchObject({ code: 'model-unreadable' })
  expect(alive()).toBe(0)
})

it('aborted at any step: no evaluation follows, and the worker is free for the next run', async () => {
  const heard = overheardWorker()
  const backend = webBackend({ executionProviders: ['wasm'], worker: heard.create })
  const pipe = await loadPipeline('/models/cifar10', { backend })
  for (let step = 0; step < STEPS; step++) {
    const controller = new AbortController()
    heard.requests.length = 0
    const onStep = vi.fn()
    heard.onRequest = () => {
      // In the middle of an evaluation: the worker has begun, and answers later.
      if (heard.requests.filter(({ kind }) => kind === 'run').length !== step + 1) return
      setTimeout(() => controller.abort())
    }
    const { signal } = controller
    const failing = pipe.generate('cat', { numSteps: STEPS, signal, onStep })
    await expect(failing).rejects.toMatchObject({ code: 'aborted' })
    heard.onRequest = undefined
    // The evaluation under way ends, nothing is made of it, and none follows.
    expect(onStep).toHaveBeenCalledTimes(step)
    expect(heard.requests.filter(({ kind }) => kind === 'run')).toHaveLength(step + 1)
    const { items } = await pipe.generate('cat', { numSteps: 1 })
    expect(items[0]!.stats.nfe).toBe(1)
  }
  await pipe.dispose()
})

const STEPS = 8
