import { type GenerateOptions, loadPipeline } from '@fastflow/pipelines'
import {
  type GoldenTensors,
  goldenDistance,
  goldenOptions,
  goldenPixels,
  goldenTensors,
} from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { webBackend } from '../src/index.ts'

/** Of the largest value; the same as in Node. */
const CLOSE = 1e-4
/** Of 255. */
const CLOSE_PIXELS = 2

interface Folder {
  readonly family: string
  readonly cases: readonly string[]
  readonly memory: 'resident' | 'sequential'
  /** `/families` unless the server is an unusual one. */
  readonly server?: string
}

const folders: readonly Folder[] = [
  { family: 'sd3', cases: ['square', 'image-to-image'], memory: 'resident' },
  { family: 'sd3-external', cases: ['wide'], memory: 'sequential', server: '/single-page' },
  { family: 'flux', cases: ['wide', 'true-cfg'], memory: 'sequential' },
  { family: 'flux-kontext', cases: ['wide'], memory: 'resident' },
  { family: 'wan', cases: ['square'], memory: 'sequential' },
  { family: 'ltx', cases: ['wide'], memory: 'resident' },
]

describe.each(folders)(
  'on WebAssembly a folder gives what the real pipeline gives: $family, $memory',
  ({ family, cases, memory, server = '/families' }) => {
    it.each(cases)('%s: state after every step, and pixels', async (name) => {
      const { call, tensor } = await goldenOf(family, name)
      const backend = webBackend({ executionProviders: ['wasm'], threads: 1 })
      const pipe = await loadPipeline(`${server}/${family}/pipeline`, { backend, memory })
      try {
        const distances: number[] = []
        const options: GenerateOptions = goldenOptions(call, tensor)
        const { images, clips, items } = await pipe.generate(call.prompt as string, {
          ...options,
          async onStep({ state }) {
            distances.push(goldenDistance(await state(), tensor, `latents.${distances.length + 1}`))
          },
        })
        expect(pipe.executionProvider).toBe('onnxruntime-web/wasm')
        expect(tensor(`latents.${distances.length + 1}`)).toBeUndefined()
        expect(distances.length).toBeGreaterThan(1)
        expect(items[0]!.stats.nfe).toBe(distances.length)
        for (const one of distances) expect(one).toBeLessThan(CLOSE)
        expect(farthest(clips[0]?.frames ?? images, goldenPixels(tensor))).toBeLessThanOrEqual(CLOSE_PIXELS)
      } finally {
        await pipe.dispose()
      }
    })
  },
)

async function goldenOf(
  family: string,
  name: string,
): Promise<{ readonly call: Readonly<Record<string, unknown>>; readonly tensor: GoldenTensors }> {
  const [document, tensors] = await Promise.all(
    ['json', 'safetensors'].map((ending) => fetch(`/families/${family}/golden/${name}.${ending}`)),
  )
  const { call } = await document!.json()
  return { call, tensor: goldenTensors(new Uint8Array(await tensors!.arrayBuffer())) }
}

/** The largest difference of any byte; infinite where there are more of one than of the other. */
function farthest(frames: readonly { readonly data: Uint8Array }[], pixels: ArrayLike<number>): number {
  const ours = frames.flatMap(({ data }) => [...data])
  if (ours.length !== pixels.length) return Infinity
  return ours.reduce((most, value, k) => Math.max(most, Math.abs(value - pixels[k]!)), 0)
}
