import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { expect, it } from 'vitest'
import { webBackend } from '../src/index.ts'

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

it('aborted at any step: ends at that step, and the worker is free for the next run', async () => {
  const pipe = await loadPipeline('/models/cifar10', {
    backend: webBackend({ executionProviders: ['wasm'] }),
  })
  const full = await timed(pipe, undefined)
  expect(full.steps.length).toBe(8)
  const longest = Math.max(...full.steps)
  for (const step of [1, 4, 6]) {
    const controller = new AbortController()
    const { steps, before, abortedAt, error } = await timed(pipe, controller, step)
    const freed = performance.now() - abortedAt
    expect(error).toMatchObject({ code: 'aborted' })
    // The evaluation under way ends, and none follows.
    expect(steps.length).toBeLessThanOrEqual(before + 1)
    const again = performance.now()
    await pipe.generate('cat', { numSteps: 1 })
    const next = performance.now() - again
    // A step that took twice as long as the longest before is a busy machine, not a run that went on.
    expect(freed).toBeLessThan(2 * longest + 250)
    expect(next).toBeLessThan(4 * longest + 500)
  }
  await pipe.dispose()
})

interface Timed {
  /** Milliseconds of each step. */
  readonly steps: readonly number[]
  /** Steps taken when it was aborted. */
  readonly before: number
  readonly abortedAt: number
  readonly error: unknown
}

/** Generates an image in 8 steps; aborts in the middle of the one after `step`. */
async function timed(pipe: Pipeline, controller: AbortController | undefined, step = 0): Promise<Timed> {
  const steps: number[] = []
  let last = performance.now()
  let before = 0
  let abortedAt = 0
  const abort = (): void => {
    abortedAt = performance.now()
    before = steps.length
    controller?.abort()
  }
  const onStep = ({ index }: { index: number }): void => {
    const now = performance.now()
    steps.push(now - last)
    last = now
    if (index === step) setTimeout(abort, 1)
  }
  const options = { numSteps: 8, onStep, ...(controller && { signal: controller.signal }) }
  const error = await pipe.generate('cat', options).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { steps, before, abortedAt, error }
}
