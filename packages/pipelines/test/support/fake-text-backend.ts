import {
  type Backend,
  FastFlowError,
  type Feeds,
  type ModelFolder,
  type ModelRunner,
  memoryPolicyStore,
  type Tensor,
  type TensorInfo,
} from '@fastflow/core'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { gaussianFlow } from '@fastflow/testkit'
import { type TextTask, text, textFiles } from './text-files.ts'

/** Networks of a text model in closed form, and every call of them. */
export interface FakeTextModel {
  readonly pipe: Pipeline
  readonly calls: Record<string, Feeds[]>
  /** Runners loaded and not disposed of yet. */
  readonly open: { runners: number }
}

export interface FakeTextOptions {
  /** Files that replace or add to those of the model; undefined removes one. */
  readonly files?: Readonly<Record<string, string | undefined>>
  readonly open?: { runners: number }
  /** Replaces the inputs of a network, by its path. */
  readonly inputs?: Readonly<Record<string, readonly TensorInfo[]>>
  /** Shape of the output of a network that its file tells, by its path; by default it tells none. */
  readonly outputs?: Readonly<Record<string, TensorInfo['dims']>>
  /** Every network call, for tests in which loading fails. */
  readonly calls?: Record<string, Feeds[]>
  /** Waited for by every load. */
  readonly loading?: () => Promise<void>
  /** Whether the decoder overflows, by the number of its calls before. */
  readonly overflows?: (call: number) => boolean
}

const { channels, side, size, tokens, width } = text

/** Mean of the data under one prompt: what its tokens sum up to, the same in every latent. */
export function meanOf(ids: readonly number[]): number {
  return ids.filter((id) => id > 3).reduce((sum, id) => sum + id, 0) / 50
}

/** Velocity under a prompt, and of editing towards the source's latents. */
export function textVelocity(
  mean: number,
  x: Float32Array,
  sigma: number,
  source?: Float32Array,
): Float32Array {
  const means = Array.from(x, (_, k) => mean + (source?.[k] ?? 0))
  return gaussianFlow({ mean: means, std: 0.3 }).velocity(x, sigma, { out: new Float32Array(x.length) })
}

export async function fakeText(task: TextTask, options: FakeTextOptions = {}): Promise<FakeTextModel> {
  const calls: Record<string, Feeds[]> = options.calls ?? {}
  const open = options.open ?? { runners: 0 }
  const files = new Map<string, string | undefined>(Object.entries({ ...textFiles(task), ...options.files }))
  const networks = networksOf(task)
  const folder: ModelFolder = {
    location: 'models/words',
    has: async (path) => files.get(path) !== undefined,
    read: async (path) => Uint8Array.from(Buffer.from(existing(path))),
    load: async (path) => {
      existing(path)
      await options.loading?.()
      return runner(path)
    },
  }

  function existing(path: string): string {
    const content = files.get(path)
    if (content !== undefined) return content
    const message = `models/words has no file ${path}`
    throw new FastFlowError({ code: 'model-not-found', field: path, message })
  }

  function runner(path: string): ModelRunner {
    open.runners++
    const part = path.split('/')[0]!
    const { inputs, output, run } = networks[part]!
    calls[part] = []
    return {
      version: 1,
      executionProvider: 'closed-form',
      inputs: options.inputs?.[path] ?? inputs,
      outputs: [{ name: output, type: 'float32', dims: options.outputs?.[path] ?? [] }],
      digest: `digest of ${part}`,
      run: async (feeds, { into } = {}) => {
        const copy = Object.entries(feeds).map(([name, one]) => [name, { ...one, data: one.data.slice() }])
        calls[part]!.push(Object.fromEntries(copy))
        const result = run(feeds)
        if (part === 'vae_decoder' && options.overflows?.(calls[part]!.length - 1))
          (result.data as Float32Array)[7] = Number.NaN
        const target = into?.[output]
        if (target) (target.data as Float32Array).set(result.data as Float32Array)
        return { outputs: { [output]: target ?? result }, timing: { ms: 1 } }
      },
      dispose: async () => {
        open.runners--
      },
    }
  }

  const backend: Backend = {
    version: 1,
    name: 'fake',
    open: async () => folder,
    policyStore: () => memoryPolicyStore(),
  }
  return { pipe: await loadPipeline('models/words', { backend }), calls, open }
}

interface Network {
  readonly inputs: readonly TensorInfo[]
  readonly output: string
  run(feeds: Feeds): Tensor
}

function networksOf(task: TextTask): Record<string, Network> {
  const latents = ['n', channels, side, side]
  const states = task === 'text-to-video' ? ['n', channels, 'f', side, side] : latents
  const ids = (name: string): TensorInfo => ({ name, type: 'int64', dims: ['n', tokens] })
  const floats = (name: string, dims: TensorInfo['dims']): TensorInfo => ({ name, type: 'float32', dims })
  const image = task === 'image-editing' ? [floats('image_latents', latents)] : []
  return {
    text_encoder: {
      inputs: [ids('input_ids'), ids('attention_mask')],
      output: 'last_hidden_state',
      run: ({ input_ids }) => {
        const data = Float32Array.from({ length: input_ids!.data.length * width }, (_, k) =>
          Number(input_ids!.data[Math.floor(k / width)]),
        )
        return { type: 'float32', dims: [input_ids!.dims[0]!, tokens, width], data }
      },
    },
    transformer: {
      inputs: [
        floats('hidden_states', states),
        floats('timestep', ['n']),
        floats('encoder_hidden_states', ['n', tokens, width]),
        ids('encoder_attention_mask'),
        ...image,
      ],
      output: 'velocity',
      run: runTransformer,
    },
    vae_decoder: {
      inputs: [floats('latent_sample', ['n', channels, -1, -1])],
      output: 'sample',
      run: ({ latent_sample }) => enlarge(latent_sample!),
    },
    vae_encoder: {
      inputs: [floats('sample', ['n', 3, size, size])],
      output: 'latent_sample',
      run: ({ sample }) => shrink(sample!),
    },
  }
}

function runTransformer(feeds: Feeds): Tensor {
  const { hidden_states: x, timestep, encoder_hidden_states: states, image_latents: image } = feeds
  const batch = x!.dims[0]!
  const rows = (one: Tensor, n: number) =>
    (one.data as Float32Array).slice((n * one.data.length) / batch, ((n + 1) * one.data.length) / batch)
  const out = new Float32Array(x!.data.length)
  for (let n = 0; n < batch; n++) {
    const ids = [...rows(states!, n)].filter((_, k) => k % width === 0)
    const v = textVelocity(meanOf(ids), rows(x!, n), Number(timestep!.data[n]), image && rows(image, n))
    out.set(v, n * v.length)
  }
  return { type: 'float32', dims: x!.dims, data: out }
}

/** Two pixels a latent on a side. */
function enlarge({ dims, data }: Tensor): Tensor {
  const planes = dims[0]! * 3
  const out = Float32Array.from({ length: planes * size * size }, (_, k) => {
    const [plane, row, column] = [Math.floor(k / size ** 2), Math.floor(k / size) % size, k % size]
    return Number(data[plane * side ** 2 + Math.floor(row / 2) * side + Math.floor(column / 2)])
  })
  return { type: 'float32', dims: [dims[0]!, 3, size, size], data: out }
}

/** The upper left pixel of every four. */
function shrink({ dims, data }: Tensor): Tensor {
  const out = Float32Array.from({ length: dims[0]! * 3 * side ** 2 }, (_, k) => {
    const [plane, row, column] = [Math.floor(k / side ** 2), Math.floor(k / side) % side, k % side]
    return Number(data[plane * size ** 2 + 2 * row * size + 2 * column])
  })
  return { type: 'float32', dims: [dims[0]!, channels, side, side], data: out }
}
