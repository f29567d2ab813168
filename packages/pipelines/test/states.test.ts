import type { SimdSpaceOptions, VectorSpace } from '@fastflow/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

/** Memories of the vectors that the space of a pipeline has handed out, and those that are out now. */
const buffers = new Set<ArrayBufferLike>()
const out = new Set<Float32Array>()

vi.doMock('@fastflow/core', async (original) => {
  const core = await original<typeof import('@fastflow/core')>()
  const watched = (space: VectorSpace<Float32Array>): VectorSpace<Float32Array> => {
    const note = (vector: Float32Array): Float32Array => {
      buffers.add(vector.buffer)
      out.add(vector)
      return vector
    }
    return {
      ...space,
      allocate: (like) => note(space.allocate(like)),
      clone: (x) => note(space.clone(x)),
      release(x) {
        out.delete(x)
        space.release(x)
      },
    }
  }
  return { ...core, simdSpace: (options: SimdSpaceOptions) => watched(core.simdSpace(options)) }
})

let fakePipeline: typeof import('./support/fake-pipeline.ts').fakePipeline
// Loaded anew, with the watched core, and not left to the files that come later.
beforeAll(async () => {
  vi.resetModules()
  ;({ fakePipeline } = await import('./support/fake-pipeline.ts'))
})
afterAll(() => {
  vi.doUnmock('@fastflow/core')
  vi.resetModules()
})

it('states lie in WebAssembly memory of fixed size, which is given back whatever happens', async () => {
  const { pipe } = await fakePipeline()
  await pipe.generate('ant', { numSteps: 2, count: 400, onStep: ({ preview }) => preview() })
  for (let k = 0; k < 400; k++) {
    const signal = { aborted: false }
    const failing = pipe.generate('ant', { signal, onStep: () => Object.assign(signal, { aborted: true }) })
    await expect(failing).rejects.toThrow('cancelled')
  }
  await pipe.generate('ant', { numSteps: 2 })
  expect(out.size).toBe(0)
  expect([...buffers].map(({ byteLength }) => byteLength % 65_536)).toEqual([0])
})

it('the state of a step is a copy', async () => {
  const { pipe } = await fakePipeline()
  const states: Float32Array[] = []
  const onStep = async ({ state }: { state: () => Promise<Float32Array> }): Promise<void> => {
    states.push(await state())
  }
  await pipe.generate('ant', { numSteps: 3, onStep })
  const bytes = states.map((one) => one.join())
  expect(new Set(bytes).size).toBe(3)
  for (const { buffer } of states) expect(buffers).not.toContain(buffer)
})
