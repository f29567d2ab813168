import {
  type AbortSignalLike,
  FastFlowError,
  type Feeds,
  float32Space,
  type ModelRunner,
  type Tensor,
  type TensorInfo,
  type Term,
} from '@fastflow/core'
import { elementCount, fromFloat16, shapeText, toFloat16 } from '@fastflow/core/backend'
import type { Pass, Passes, PassRunner } from '../task/passes.ts'
import type { Part } from './parts.ts'
import { checkFed, fitted, type Ports, ranked } from './ports.ts'

/** How the velocities of both passes become one, where that is not linear: written to `out`. */
export type Join = (
  out: Float32Array,
  conditional: Float32Array,
  unconditional: Float32Array,
  guidanceScale: number,
) => void

/** The velocity network of one run. */
export interface RunNetwork {
  /** The network that is evaluated at a noise level, and the ports it was found to have. */
  at(sigma: number): { readonly part: Part; readonly ports: (runner: ModelRunner) => Ports }
  /** Shape of a state, without a batch. */
  readonly dims: readonly number[]
  /** What the network is fed as time. */
  time(sigma: number): number
  /** How often it is fed that, where it takes it once a token. */
  readonly timeTokens?: number
  /** The output's sign: 1, or -1 where a network's time runs the other way. */
  readonly sign: 1 | -1
  /** Scale of guidance at a noise level, where it is not the same at all of them. */
  scaleAt?(sigma: number): number
  readonly join?: Join | undefined
}

/** Feeds of this role are put behind the state, along the first axis after the batch: a picture to be changed, as tokens. */
export const BEHIND_STATE = 'behind_hidden_states'

/** States in ordinary memory, one pass after the other: they need not be of one length. */
export function networkPasses(network: RunNetwork): PassRunner<Float32Array> {
  return { open: (passes) => openPasses(network, passes), release: () => {} }
}

function openPasses(network: RunNetwork, passes: readonly Pass[]): Passes<Float32Array> {
  const { dims, join } = network
  const size = elementCount(dims)
  const calls = passes.map(({ feeds }) => openCall(network, feeds))
  const velocities = passes.map(() => new Float32Array(size))
  const combine = (out: Float32Array, weights: readonly number[]): void => {
    const terms: Term<Float32Array>[] = velocities.map((vector, n) => ({ weight: weights[n]!, vector }))
    float32Space.linearCombination(out, terms)
  }
  return {
    async run(out, x, sigma, signal) {
      let ms = 0
      for (const [n, call] of calls.entries()) {
        if (signal?.aborted) return ms
        ms += await call(velocities[n]!, x, sigma, signal)
      }
      const [first, second] = velocities
      if (second === undefined) out.set(first!)
      else {
        const scale = network.scaleAt?.(sigma) ?? passes[1]!.weight
        if (join) join(out, second, first!, scale)
        else combine(out, [1 - scale, scale])
      }
      return ms
    },
    combine,
  }
}

type Call = (
  out: Float32Array,
  x: Float32Array,
  sigma: number,
  signal: AbortSignalLike | undefined,
) => Promise<number>

/** One pass. What it is fed besides state and time is cast once; memory is allocated by the first evaluation of a network. */
function openCall(network: RunNetwork, feeds: Feeds): Call {
  const prepared = new Map<Part, Prepared>()
  return async (out, x, sigma, signal) => {
    const { part, ports } = network.at(sigma)
    return part.use(async (runner) => {
      const call = prepared.get(part) ?? prepare(network, feeds, ports(runner), part.path)
      prepared.set(part, call)
      call.state(x)
      call.time(network.time(sigma))
      const { outputs, timing } = await runner.run(call.feeds, call.run)
      call.read(out, outputs[call.output]!)
      return timing.ms
    }, signal)
  }
}

interface Prepared {
  readonly feeds: Feeds
  readonly run: { readonly fetches: readonly string[]; into?: Readonly<Record<string, Tensor>> }
  readonly output: string
  state(x: Float32Array): void
  time(value: number): void
  read(out: Float32Array, result: Tensor): void
}

function prepare({ dims, sign, timeTokens }: RunNetwork, feeds: Feeds, ports: Ports, path: string): Prepared {
  const { [BEHIND_STATE]: behind, ...roles } = feeds
  const state = openState(dims, behind, ports.input('hidden_states'))
  const time = openTime(ports.input('timestep'), timeTokens)
  checkFed(state.tensor, ports.input('hidden_states'), path)
  const { name } = ports.output
  const run: Prepared['run'] = { fetches: [name] }
  const size = elementCount(dims)
  const floats = new Float32Array(size)
  return {
    feeds: {
      ...ports.feeds(roles),
      [ports.input('hidden_states').name]: state.tensor,
      [ports.input('timestep').name]: time.tensor,
    },
    run,
    output: name,
    state: state.set,
    time: time.set,
    read(out, result) {
      checkOutput(result, size, state.tensor.dims, path)
      // What comes again has the same shape: it is written to the same memory.
      run.into = { [name]: result }
      const values = valuesOf(result, size, floats)
      if (sign === 1) out.set(values)
      else for (let k = 0; k < size; k++) out[k] = -values[k]!
    },
  }
}

/** The beginning of an output: behind it are a learned variance, or velocities of what was put behind the state. */
function valuesOf({ type, data }: Tensor, size: number, floats: Float32Array): Float32Array {
  return type === 'float16'
    ? fromFloat16((data as Uint16Array).subarray(0, size), floats)
    : (data as Float32Array).subarray(0, size)
}

function checkOutput({ type, dims, data }: Tensor, size: number, fed: readonly number[], path: string): void {
  const numbers = type === 'float32' || type === 'float16'
  const known = data.length === size || data.length === 2 * size || data.length === elementCount(fed)
  if (numbers && known) return
  const message = `${path} gives ${type} ${shapeText(dims)} for states ${shapeText(fed)}; one velocity a number of the state is expected, or that and a variance. Export it again`
  throw new FastFlowError({ code: 'model-mismatch', field: path, message })
}

interface Fed<Value> {
  readonly tensor: Tensor
  set(value: Value): void
}

function openState(
  dims: readonly number[],
  behind: Tensor | undefined,
  input: TensorInfo,
): Fed<Float32Array> {
  const [first = 1, ...rest] = dims
  const size = elementCount(dims)
  const all = behind === undefined ? dims : [first + behind.dims[1]!, ...rest]
  const floats = new Float32Array(elementCount(all))
  if (behind) floats.set(behind.data as Float32Array, size)
  const shape = ranked([1, ...all], input.dims)
  if (input.type !== 'float16')
    return { tensor: { type: 'float32', dims: shape, data: floats }, set: (x) => floats.set(x) }
  const halves = toFloat16(floats)
  const own = halves.subarray(0, size)
  return { tensor: { type: 'float16', dims: shape, data: halves }, set: (x) => void toFloat16(x, own) }
}

/** @param tokens times where the input has an axis for them besides the batch. */
function openTime(input: TensorInfo, tokens = 1): Fed<number> {
  const count = input.dims.length > 1 ? tokens : 1
  const tensor = fitted({ type: 'float32', dims: [count], data: new Float32Array(count) }, input)
  const { type, data } = tensor
  const half = new Uint16Array(1)
  return {
    tensor,
    set(value) {
      if (type === 'int64') (data as BigInt64Array).fill(BigInt(Math.trunc(value)))
      else if (type === 'float16') (data as Uint16Array).fill(toFloat16([value], half)[0]!)
      else (data as Float32Array).fill(value)
    },
  }
}
