import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { type Backend, FastFlowError, type Feeds, type ModelRunner } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'

const backend = nodeBackend({ threads: 1 })
const folderOf = (family: string): string =>
  fileURLToPath(new URL(`fixtures/families/${family}/pipeline`, import.meta.url))

const small = { width: 32, height: 32, numSteps: 2, maxSequenceLength: 8 }

describe('networks as other exporters write them', () => {
  it('the axis of frames stands where the input declares it', async () => {
    const plain = await pixels('z-image', backend)
    for (const declared of [
      ['batch', 16, 1, 'height', 'width'],
      [16, 1, 'height', 'width'],
    ]) {
      const seen: string[] = []
      const other = altered({
        load: (path, runner) =>
          path !== 'transformer/model.onnx'
            ? runner
            : answering(runner, {
                inputs: runner.inputs.map((input) =>
                  input.name === 'hidden_states' ? { ...input, dims: declared } : input,
                ),
                run(feeds, options) {
                  const { hidden_states: state } = feeds
                  seen.push(state!.dims.join())
                  return runner.run(
                    { ...feeds, hidden_states: { ...state!, dims: [1, 16, 4, 4] } },
                    { fetches: options!.fetches! },
                  )
                },
              }),
      })
      expect(await pixels('z-image', other)).toEqual(plain)
      expect(new Set(seen)).toEqual(new Set([declared.length === 5 ? '1,16,1,4,4' : '16,1,4,4']))
    }
  })

  it('guidance as an input that the config does not know is refused when the folder is loaded', async () => {
    const other = altered({
      files: {
        'transformer/config.json': (text) =>
          text.replace('"guidance_embeds": true', '"guidance_embeds": false'),
      },
    })
    await expect(loadPipeline(folderOf('flux'), { backend: other })).rejects.toMatchObject({
      code: 'model-mismatch',
      field: 'transformer/model.onnx',
      message: expect.stringMatching(/input guidance .*config\.json/),
    })
  })
})

describe('what networks are fed', () => {
  it('Lumina 2: time is a share of the timesteps of its training', async () => {
    const times: number[] = []
    const other = altered({
      files: {
        'scheduler/scheduler_config.json': (text) =>
          JSON.stringify({ ...JSON.parse(text), num_train_timesteps: 500 }),
      },
      load: watching('transformer/model.onnx', ({ timestep }) => times.push(Number(timestep!.data[0]))),
    })
    const pipe = await loadPipeline(folderOf('lumina2'), { backend: other })
    const { schedule } = await pipe.prepare('a cat', small)
    await pipe.generate('a cat', { ...small, guidanceScale: 1 })
    expect(times.length).toBe(2)
    for (const [k, time] of times.entries()) expect(time).toBeCloseTo(1 - schedule.sigmas[k]!, 5)
    await pipe.dispose()
  })

  it('Z-Image: guidance ends where its time in float32 is beyond the bound', async () => {
    let passes = 0
    const other = altered({
      files: {
        'scheduler/scheduler_config.json': (text) => JSON.stringify({ ...JSON.parse(text), shift: 1 }),
      },
      load: watching('transformer/model.onnx', () => passes++),
    })
    const pipe = await loadPipeline(folderOf('z-image'), { backend: other })
    // Counted in runs of Diffusers' pipeline.
    const guidedSteps = [
      [0.1, 1],
      [0.2, 2],
      [0.3, 4],
      [0.5, 5],
      [0.6, 6],
      [0.7, 8],
      [0.9, 10],
    ] as const
    for (const [guidanceTruncation, guided] of guidedSteps) {
      passes = 0
      await pipe.generate('a cat', { ...small, numSteps: 10, guidanceTruncation })
      expect([guidanceTruncation, passes - 10]).toEqual([guidanceTruncation, guided])
    }
    await pipe.dispose()
  })

  it('FLUX.2 klein: a picture that is no whole number of tokens is cut, not resized', async () => {
    const fed: Feeds[] = []
    const pipe = await loadPipeline(folderOf('flux2-klein'), {
      backend: altered({ load: watching('vae_encoder/model.onnx', (feeds) => fed.push(feeds)) }),
    })
    const [width, height] = [71, 37]
    const data = Uint8Array.from({ length: 3 * width * height }, (_, k) => (k * 7919) % 256)
    await pipe.prepare('a hat', { ...small, image: { width, height, data } })
    const { dims, data: planes } = Object.values(fed[0]!)[0]!
    expect(dims).toEqual([1, 3, 32, 64])
    for (const [row, column] of [
      [0, 0],
      [31, 63],
      [9, 40],
    ] as const)
      for (const channel of [0, 1, 2]) {
        const cut = Number(planes[(channel * 32 + row) * 64 + column])
        expect(Math.round(127.5 * (cut + 1))).toBe(data[3 * ((row + 2) * width + column + 3) + channel])
      }
    const tiny = { width: 8, height: 40, data: new Uint8Array(3 * 8 * 40) }
    await expect(pipe.prepare('a hat', { ...small, image: tiny })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('image: is 8 x 40; both sides have to be at least 16 pixels'),
    })
    await pipe.dispose()
  })
})

describe('two generations at once', () => {
  it('one that is cancelled while it loads a network does not take the other along', async () => {
    const cancel = new AbortController()
    let loads = 0
    const other: Backend = {
      ...backend,
      async open(location) {
        const folder = await backend.open(location)
        return {
          ...folder,
          async load(path, options) {
            if (path !== 'transformer/model.onnx' || loads++ > 0) return folder.load(path, options)
            cancel.abort()
            // The other one waits for the same network by now.
            await new Promise((resolve) => setTimeout(resolve, 50))
            throw new FastFlowError({ code: 'aborted', field: 'signal', message: 'loading was cancelled' })
          },
        }
      },
    }
    const pipe = await loadPipeline(folderOf('flux'), { backend: other, memory: 'sequential' })
    const first = pipe.generate('a cat', { ...small, signal: cancel.signal })
    const second = pipe.generate('a cat', small)
    await expect(first).rejects.toMatchObject({ code: 'aborted' })
    expect((await second).images.length).toBe(1)
    await pipe.dispose()
  })
})

async function pixels(family: string, own: Backend): Promise<Uint8Array> {
  const pipe = await loadPipeline(folderOf(family), { backend: own })
  const { images } = await pipe.generate('a cat', small)
  await pipe.dispose()
  return images[0]!.data as Uint8Array
}

interface Alterations {
  readonly files?: Readonly<Record<string, (text: string) => string>>
  readonly load?: (path: string, runner: ModelRunner) => ModelRunner
}

/** The same backend, whose files and networks are others. */
function altered({ files = {}, load = (_, runner) => runner }: Alterations): Backend {
  return {
    ...backend,
    async open(location) {
      const folder = await backend.open(location)
      return {
        ...folder,
        async read(path) {
          const bytes = await folder.read(path)
          const change = files[path]
          return change ? new TextEncoder().encode(change(new TextDecoder().decode(bytes))) : bytes
        },
        load: async (path, options) => load(path, await folder.load(path, options)),
      }
    },
  }
}

/** A runner some of whose members are others. */
function answering(runner: ModelRunner, others: Partial<ModelRunner>): ModelRunner {
  return new Proxy(runner, {
    get(target, name) {
      const value = Reflect.get(Object.hasOwn(others, name) ? others : target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function watching(path: string, look: (feeds: Feeds) => void): NonNullable<Alterations['load']> {
  return (loaded, runner) =>
    loaded !== path
      ? runner
      : answering(runner, {
          run(feeds, options) {
            look(
              Object.fromEntries(
                Object.entries(feeds).map(([name, feed]) => [name, { ...feed, data: feed.data.slice() }]),
              ),
            )
            return runner.run(feeds, options)
          },
        })
}
