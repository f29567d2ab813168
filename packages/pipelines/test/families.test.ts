import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import type { Backend } from '@fastflow/core'
import { type FlowOptions, loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { familyFolders, type GoldenCase, goldenCases } from './support/goldens.ts'

/** Of the largest value: float32 networks, and float16 ones, whose time is rounded too. */
const CLOSE = 1e-4
const CLOSE_IN_HALF = 5e-2

const folders = familyFolders()
const backend = nodeBackend({ threads: 1 })

describe.each(folders)('a folder gives what the real pipeline gives: %s', (family) => {
  const half = basename(family).endsWith('fp16')
  const close = half ? CLOSE_IN_HALF : CLOSE
  const folder = join(family, 'pipeline')
  let shared: Pipeline
  beforeAll(async () => {
    shared = await loadPipeline(folder, { backend, memory: 'resident' })
  })
  afterAll(() => shared.dispose())

  describe.each(goldenCases(family))('$name', (golden) => {
    const { call, tensor } = golden
    const prompt = call.prompt as string
    const options = optionsOf(golden)
    let pipe: Pipeline
    beforeAll(async () => {
      // Cases may replace the scheduler of the folder.
      const text = readFileSync(join(folder, 'scheduler/scheduler_config.json'), 'utf8')
      const { scheduler } = golden.document
      const own = text.includes(`"${scheduler._class_name}"`)
      pipe = own
        ? shared
        : await loadPipeline(folder, { backend: withScheduler(scheduler), memory: 'sequential' })
    })
    afterAll(async () => {
      if (pipe !== shared) await pipe.dispose()
    })

    it('grid and first velocity', async () => {
      const flow = await pipe.prepare(prompt, options)
      const { sigmas } = flow.schedule
      const grid = golden.document.sigmas.slice(-sigmas.length)
      for (const [k, sigma] of sigmas.entries()) expect(sigma).toBeCloseTo(Math.min(1, grid[k]!), 5)
      const call = {
        index: 0,
        branch: 'both',
        signal: undefined,
        out: new Float32Array(flow.noise.length),
      } as const
      const velocity = await flow.velocity(flow.noise, sigmas[0]!, call)
      expect(distance(velocity, floats(golden, 'velocity.0'))).toBeLessThan(close)
    })

    it('state after every step, and pixels', async () => {
      const distances: number[] = []
      const { images, clips, items } = await pipe.generate(prompt, {
        ...options,
        async onStep({ state }) {
          distances.push(distance(await state(), floats(golden, `latents.${distances.length + 1}`)))
        },
      })
      expect(tensor(`latents.${distances.length + 1}`)).toBeUndefined()
      expect(distances.length).toBeGreaterThan(1)
      for (const one of distances) expect(one).toBeLessThan(close)
      expect(items[0]!.stats.nfe).toBe(distances.length)
      if (half) return
      const frames = clips[0]?.frames ?? images
      const pixels = pixelsOf(golden)
      const size = pixels.length / frames.length
      for (const [n, { data }] of frames.entries()) {
        expect(data.length).toBe(size)
        for (let k = 0; k < size; k++)
          if (Math.abs(data[k]! - pixels[n * size + k]!) > 2)
            expect.fail(`frame ${n}: byte ${k} is ${data[k]}, the pipeline's ${pixels[n * size + k]}`)
      }
    })
  })
})

/** The case's call in this package's words. */
function optionsOf({ call, tensor }: GoldenCase): FlowOptions {
  const { data } = tensor('latents.0')!
  const image = tensor('call.image')
  const named = Object.entries({
    num_inference_steps: 'numSteps',
    width: 'width',
    height: 'height',
    num_frames: 'numFrames',
    frame_rate: 'fps',
    guidance_scale: 'guidanceScale',
    guidance_scale_2: 'guidanceScale2',
    guidance_rescale: 'guidanceRescale',
    true_cfg_scale: 'trueGuidanceScale',
    cfg_normalization: 'guidanceNormalization',
    cfg_trunc_ratio: 'guidanceTruncation',
    cfg_truncation: 'guidanceTruncation',
    negative_prompt: 'negativePrompt',
    max_sequence_length: 'maxSequenceLength',
    complex_human_instruction: 'complexHumanInstruction',
    strength: 'strength',
    _auto_resize: 'autoResize',
  }).flatMap(([theirs, ours]) => (theirs in call ? [[ours, call[theirs] ?? []]] : []))
  return {
    latents: data as Float32Array,
    ...Object.fromEntries(named),
    ...(image && { image: { width: image.dims[1]!, height: image.dims[0]!, data: image.data as never } }),
  }
}

function floats({ tensor }: GoldenCase, name: string): Float32Array {
  return tensor(name)!.data as Float32Array
}

/** Bytes of all frames, interleaved RGB. */
function pixelsOf({ tensor }: GoldenCase): ArrayLike<number> {
  const { data } = tensor('images')!
  return data instanceof Uint8Array
    ? data
    : Float32Array.from(data as Float32Array, (value) => Math.round(255 * value))
}

/** The largest difference as a share of the largest value. */
function distance(ours: Float32Array, theirs: Float32Array): number {
  expect(ours.length).toBe(theirs.length)
  let [worst, largest] = [0, 0]
  for (let k = 0; k < theirs.length; k++) {
    worst = Math.max(worst, Math.abs(ours[k]! - theirs[k]!))
    largest = Math.max(largest, Math.abs(theirs[k]!))
  }
  return worst / largest
}

/** The same backend, with another scheduler in every folder. */
function withScheduler(scheduler: object): Backend {
  return {
    ...backend,
    async open(location) {
      const folder = await backend.open(location)
      const text = JSON.stringify(scheduler)
      return {
        ...folder,
        read: async (path) =>
          path === 'scheduler/scheduler_config.json' ? new TextEncoder().encode(text) : folder.read(path),
      }
    },
  }
}
