import { createRandom, type SkipPolicy, uniformSkip } from '@fastflow/core'
import { type GenerateOptions, loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webBackend } from '../src/index.ts'
import type { Request } from '../src/protocol.ts'
import { overheardWorker } from './support/overheard.ts'

// Pipelines whose states stay on the graphics card, next to the same in ordinary memory. On SwiftShader, with tiny networks.

/** A policy that needs numbers of the states. */
const policy: SkipPolicy<undefined> = { ...uniformSkip(4), needs: ['mismatch', 'velocityProducts'] }
const accelerate = { method: 'custom', policy } as const

const heard = overheardWorker()
const onCard = webBackend({ executionProviders: ['webgpu'], worker: heard.create })
const inMemory = webBackend({ executionProviders: ['wasm'], threads: 1 })

describe.each(['words', 'words-edit', 'words-motion'])('%s on the graphics card', (name) => {
  let card: Pipeline
  let memory: Pipeline
  let options: GenerateOptions

  beforeAll(async () => {
    card = await loadPipeline(`/testkit/models/${name}`, { backend: onCard })
    memory = await loadPipeline(`/testkit/models/${name}`, { backend: inMemory })
    const image = card.task === 'image-editing' ? { image: photo(card.size) } : {}
    options = { seed: 7, numSteps: 8, guidanceScale: 3, accelerate, ...image }
  })
  afterAll(async () => {
    await card.dispose()
    await memory.dispose()
  })

  /** What the worker is asked during a generation. */
  async function requestsOf(more: GenerateOptions): Promise<Request[]> {
    heard.requests.length = 0
    await card.generate('fox', { ...options, ...more })
    return [...heard.requests]
  }

  it.each([
    ['with both passes of guidance', {}],
    ['without guidance', { guidanceScale: 1 }],
    ['towards what is to be avoided alone', { guidanceScale: 0, negativePrompt: 'bear' }],
  ])('%s makes what ordinary memory makes', async (_, more: GenerateOptions) => {
    const there = await card.generate('fox', { ...options, ...more })
    const here = await memory.generate('fox', { ...options, ...more })
    const [a, b] = [there, here].map(({ items }) => items[0]!)
    expect(a!.stats.decisions).toBe(b!.stats.decisions)
    expect(a!.stats.passes).toBe(b!.stats.passes)
    const frames = [a!, b!].map(({ image, clip }) => clip?.frames ?? [image])
    for (const [n, frame] of frames[0]!.entries()) {
      // What lies on the edge between two of 255 levels may fall on either side; 1e-3 would move every eighth.
      const other = frames[1]![n]!.data
      const differences = [...frame.data].map((value, k) => Math.abs(value - other[k]!))
      expect(Math.max(...differences)).toBeLessThanOrEqual(1)
      expect(differences.filter((one) => one > 0).length).toBeLessThan(0.02 * differences.length)
    }
    expect(new Set(a!.image.data).size).toBeGreaterThan(1)
  })

  it('makes the same latents to within 1e-3', async () => {
    const last = async (pipe: Pipeline): Promise<Float32Array> => {
      let state: Float32Array = new Float32Array()
      await pipe.generate('fox', {
        ...options,
        onStep: async (event) => {
          if (event.index === event.numSteps) state = await event.state()
        },
      })
      return state
    }
    const [a, b] = [await last(card), await last(memory)]
    expect(a.length).toBeGreaterThan(0)
    expect(Math.max(...a.map((value, k) => Math.abs(value - b[k]!)))).toBeLessThan(1e-3)
  })

  it('reads nothing back between the noise and the end', async () => {
    const requests = await requestsOf({})
    const passes = requests.map((request) => request.kind === 'run' && request.resident !== undefined)
    const reads = requests.flatMap(({ kind }, n) => (kind === 'read' ? [n] : []))
    // Four evaluations of two passes, and the decoder where it takes its latents from the card.
    const decoded = card.task === 'text-to-video' ? 0 : 1
    expect(passes.filter(Boolean)).toHaveLength(8 + decoded)
    // The one read is that of the pixels, or of the latents of a clip.
    expect(reads).toHaveLength(1)
    expect(reads[0]).toBeGreaterThan(passes.lastIndexOf(true))
    const between = requests.slice(passes.indexOf(true), passes.lastIndexOf(true))
    for (const request of between) if (request.kind === 'run') expect(request.fetches).toEqual(['velocity'])
  })

  it('hands no latents over with the numbers that decisions need', async () => {
    heard.replies.length = 0
    await card.generate('fox', options)
    const ran = heard.replies.filter(({ kind }) => kind === 'ran')
    const withTensors = ran.filter((reply) => reply.kind === 'ran' && reply.outputs.length > 0)
    // The encoders, and the decoder of clips.
    const encoders = card.task === 'image-editing' ? 2 : 1
    expect(withTensors).toHaveLength(encoders + (card.task === 'text-to-video' ? 1 : 0))
    expect(heard.replies.some(({ kind }) => kind === 'reduced')).toBe(true)
  })

  it('reads one small state back for each preview', async () => {
    const requests = await requestsOf({ onStep: ({ preview }) => preview() })
    expect(requests.filter(({ kind }) => kind === 'read')).toHaveLength(4 + 1)
  })

  it('gives all memory of the card back', async () => {
    const requests = await requestsOf({})
    const made = requests.filter(({ kind }) => kind === 'allocate' || kind === 'copy')
    expect(requests.filter(({ kind }) => kind === 'free')).toHaveLength(made.length)
  })

  it('aborted between the two passes of an evaluation runs no second one', async () => {
    const controller = new AbortController()
    heard.requests.length = 0
    heard.onRequest = () => {
      if (passesIn(heard.requests) === 5) controller.abort()
    }
    const failing = card.generate('fox', { ...options, accelerate: 'off', signal: controller.signal })
    await expect(failing).rejects.toMatchObject({ code: 'aborted' })
    heard.onRequest = undefined
    expect(passesIn(heard.requests)).toBe(5)
    const made = heard.requests.filter(({ kind }) => kind === 'allocate' || kind === 'copy')
    expect(heard.requests.filter(({ kind }) => kind === 'free')).toHaveLength(made.length)
  })

  it('plans from a first image in ordinary memory, and goes on on the card', async () => {
    heard.requests.length = 0
    const { items } = await card.generate('fox', { ...options, accelerate: 'auto', numSteps: 12, count: 2 })
    expect(items[0]!.stats.nfe).toBe(12)
    expect(items[1]!.stats.nfe).toBeLessThan(12)
    const runs = heard.requests.filter(({ kind }) => kind === 'run')
    const resident = runs.map((request) => request.kind === 'run' && request.resident !== undefined)
    expect(resident.slice(0, 13)).toEqual(new Array(13).fill(false))
    expect(resident).toContain(true)
  })
})

function passesIn(requests: readonly Request[]): number {
  return requests.filter((request) => request.kind === 'run' && request.resident !== undefined).length
}

function photo(size: number): { width: number; height: number; data: Uint8Array } {
  const random = createRandom(3)
  const data = Uint8Array.from({ length: 3 * size * size }, () => Math.floor(256 * random.next()))
  return { width: size, height: size, data }
}
