import {
  type Backend,
  FastFlowError,
  type Feeds,
  type LoadOptions,
  type ModelFolder,
  type ModelRunner,
  memoryPolicyStore,
  type RunOptions,
  type RunResult,
  type TensorInfo,
} from '@fastflow/core'
import { gaussianFlow } from '@fastflow/testkit'
import { modelFiles } from './model-files.ts'

/** One call of the network: what was fed, sample by sample. */
export interface NetworkCall {
  readonly samples: readonly Float32Array[]
  readonly sigmas: readonly number[]
  readonly labels: readonly number[]
}

/** What a call does instead of answering. */
export type Mishap = 'nan' | 'crash' | undefined

export interface FakeOptions {
  /** Files that replace or add to those of the model; undefined removes one. */
  readonly files?: Readonly<Record<string, string | Uint8Array | undefined>>
  readonly inputs?: readonly TensorInfo[]
  readonly outputs?: readonly TensorInfo[]
  readonly digest?: string
  /** Asked at every call, counted from 0. */
  readonly mishap?: (call: number) => Mishap
}

export interface FakeBackend extends Backend {
  readonly calls: NetworkCall[]
  /** Runners loaded and not disposed of yet. */
  readonly open: Backend['open'] & { runners: number }
}

const size = 4
const dims = [3, size, size] as const
export const values: number = 3 * size * size
const free = 'batch'

export const modelInputs: readonly TensorInfo[] = [
  { name: 'sample', type: 'float32', dims: [free, ...dims] },
  { name: 'timestep', type: 'float32', dims: [free] },
  { name: 'class_labels', type: 'int64', dims: [free] },
]
export const modelOutputs: readonly TensorInfo[] = [
  { name: 'velocity', type: 'float32', dims: [free, ...dims] },
]

/** Velocity of class `label` in closed form: Gaussian data around a mean of its own. */
export function classVelocity(label: number, x: Float32Array, sigma: number): Float32Array {
  const mean = [0.3 * label - 0.4, 0.1 * label, -0.2 * label]
  return gaussianFlow({ mean, std: 0.3 }).velocity(x, sigma, { out: new Float32Array(x.length) })
}

/** A model folder `models/fake` in memory whose network is {@link classVelocity}; records every call. */
export function fakeBackend(options: FakeOptions = {}): FakeBackend {
  const calls: NetworkCall[] = []
  const files = new Map<string, string | Uint8Array | undefined>(
    Object.entries({ ...modelFiles(size), ...options.files }),
  )
  const open = Object.assign(
    async (location: string): Promise<ModelFolder> => {
      if (location === 'models/fake') return folderOf(location)
      throw notFound(location, `there is no folder ${location}`)
    },
    { runners: 0 },
  )

  function folderOf(location: string): ModelFolder {
    const existing = (path: string): Uint8Array => {
      const content = files.get(path)
      if (content === undefined) throw notFound(path, `${location} has no file ${path}`)
      return typeof content === 'string' ? Uint8Array.from(Buffer.from(content)) : content
    }
    return {
      location,
      has: async (path) => files.get(path) !== undefined,
      read: async (path) => existing(path),
      load: async (path, loadOptions = {}) => {
        existing(path)
        return load(location, path, loadOptions)
      },
    }
  }

  function load(name: string, file: string, { onProgress }: LoadOptions): ModelRunner {
    open.runners++
    let disposed = false
    onProgress?.({ status: 'initiate', name, file })
    onProgress?.({ status: 'ready', name, file })
    return {
      version: 1,
      executionProvider: 'closed-form',
      inputs: options.inputs ?? modelInputs,
      outputs: options.outputs ?? modelOutputs,
      digest: options.digest ?? 'f'.repeat(64),
      run: async (feeds, runOptions = {}) => {
        if (disposed) throw new FastFlowError({ code: 'runner-disposed', field: file, message: 'disposed' })
        return answer(feeds, runOptions)
      },
      dispose: async () => {
        if (!disposed) open.runners--
        disposed = true
      },
    }
  }

  function answer(feeds: Feeds, { into }: RunOptions): RunResult {
    const call = readCall(feeds)
    const mishap = options.mishap?.(calls.length)
    calls.push(call)
    if (mishap === 'crash')
      throw new FastFlowError({ code: 'model-failed', field: 'model', message: 'crash' })
    const velocity = into?.velocity
    if (!(velocity?.data instanceof Float32Array)) throw new Error('the velocity has to be written in place')
    for (const [i, x] of call.samples.entries()) {
      velocity.data.set(classVelocity(call.labels[i]!, x, call.sigmas[i]!), i * values)
    }
    if (mishap === 'nan') velocity.data[values - 1] = NaN
    return { outputs: { velocity }, timing: { ms: 3 } }
  }

  return { version: 1, name: 'fake', open, policyStore: () => memoryPolicyStore(), calls }
}

function readCall({ sample, timestep, class_labels: classes }: Feeds): NetworkCall {
  if (!(sample?.data instanceof Float32Array && classes?.data instanceof BigInt64Array && timestep))
    throw new Error('the feeds are not sample, timestep and class_labels')
  const { data } = sample
  const batch = sample.dims[0]!
  if (timestep.dims[0] !== batch || classes.dims[0] !== batch || data.length !== batch * values)
    throw new Error('the feeds disagree about the batch')
  return {
    samples: Array.from({ length: batch }, (_, i) => data.slice(i * values, (i + 1) * values)),
    sigmas: Array.from(timestep.data, Number),
    labels: Array.from(classes.data, Number),
  }
}

function notFound(field: string, message: string): FastFlowError {
  return new FastFlowError({ code: 'model-not-found', field, message })
}
